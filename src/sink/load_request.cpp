#include "sink/load_request.hpp"

#include "sink/dual_tar.hpp"

namespace nixbuild::sink {

using engine::ImageStore;

oci::Digest manifest_digest(const image::Image& image) {
  const LoadPlan nothing;
  return DualTar(image, nothing).manifest_digest();
}

std::string image_id(const image::Image& image, ImageStore store) {
  return store == ImageStore::containerd ? manifest_digest(image).str() : image.config_digest.str();
}

std::uint64_t send_load(const image::Image& image, const LoadPlan& plan, engine::Engine& engine,
                        LoadProgress& progress, const LoadPace& pace, const CancelToken& cancel) {
  const DualTar tar(image, plan);
  engine::Load load{.size = tar.size()};
  load.write = [&](archive::Sink& sink) {
    tar.write(
        sink, [&](std::size_t layer, std::uint64_t written) { progress.sent(layer, written); },
        cancel, pace.before_metadata);
    if (pace.after_sending) pace.after_sending();
  };
  load.on_layer = [&](std::string_view layer, std::uint64_t current, std::uint64_t total) {
    progress.unpacked(layer, current, total);
  };
  // Only the containerd store can have gaps; it looks for them when it is given the platform.
  if (engine.facts(cancel).store == ImageStore::containerd) load.platform = image.platform;
  (void)engine.load_images(load, cancel);
  return tar.size();
}

} // namespace nixbuild::sink
