#include "sink/engine_sink.hpp"

#include "sink/dual_tar.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::sink {

namespace {

using engine::ImageStore;

// How the engine will call the image: by its config, or by its manifest.
const oci::Digest& image_id(const image::Image& image, const DualTar& tar,
                            const engine::Facts& facts) {
  return facts.store == ImageStore::containerd ? tar.manifest_digest() : image.config_digest;
}

std::string step_name(const std::vector<oci::Reference>& names) {
  return names.empty() ? "load image" : format("load {}", names.front().familiar());
}

std::string short_name(const oci::Digest& digest) {
  return std::string(digest.hex().substr(0, 12));
}

void send(const image::Image& image, const DualTar& tar, engine::Engine& engine,
          progress::Step& step, const CancelToken& cancel) {
  engine::Load load{.size = tar.size()};
  load.write = [&](archive::Sink& sink) {
    tar.write(
        sink,
        [&](std::size_t index, std::uint64_t written) {
          const image::Layer& layer = image.layers[index];
          step.advance(format("sending layer {}", short_name(layer.diff_id)), written, layer.size,
                       written == layer.size);
        },
        cancel);
  };
  load.on_layer = [&](std::string_view layer, std::uint64_t current, std::uint64_t total) {
    step.advance(format("unpacking layer {}", layer), current, total, current >= total);
  };
  // Only the containerd store has gaps to look for; it checks for them when given the platform.
  if (engine.facts(cancel).store == ImageStore::containerd) load.platform = image.platform;
  (void)engine.load_images(load, cancel);
}

// A load that failed can leave a nameless record of an image with gaps.
void remove_broken_image(const oci::Digest& id, engine::Engine& engine) {
  try {
    const auto image = engine.inspect_image(id.str(), {});
    if (image && image->repo_tags.empty()) (void)engine.remove_image(id.str(), {});
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): the load's own error matters more
  }
}

void verify(const image::Image& image, const oci::Digest& id, engine::Engine& engine,
            const CancelToken& cancel) {
  const auto found = engine.inspect_image(id.str(), cancel);
  if (!found) {
    throw Error(ErrorKind::refused,
                format("the engine took the image and then does not have it ({})", id.str()));
  }
  const bool same =
      std::ranges::equal(found->diff_ids, image.layers, {}, {}, &image::Layer::diff_id);
  if (!same) {
    throw Error(ErrorKind::refused,
                format("the engine has other layers than were sent for {}", id.str()));
  }
}

} // namespace

LoadReport load_into_engine(const image::Image& image, const LoadPlan& plan,
                            const std::vector<oci::Reference>& names, engine::Engine& engine,
                            progress::Reporter& reporter, const CancelToken& cancel) {
  progress::Step step(reporter, step_name(names));
  const engine::Facts& facts = engine.facts(cancel);
  const DualTar tar(image, plan);
  const oci::Digest& id = image_id(image, tar, facts);
  try {
    send(image, tar, engine, step, cancel);
    verify(image, id, engine, cancel);
  } catch (const Error&) {
    if (facts.store == ImageStore::containerd) remove_broken_image(id, engine);
    throw;
  }
  // Only now do users see it.
  for (const oci::Reference& name : names)
    engine.tag_image(id.str(), name, cancel);
  return {.image_id = id.str(),
          .manifest_digest = tar.manifest_digest(),
          .sent_bytes = tar.size(),
          .sent_layers = plan.layers.size(),
          .skipped_layers = image.layers.size() - plan.layers.size()};
}

} // namespace nixbuild::sink
