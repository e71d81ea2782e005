#include "sink/load_request.hpp"

#include "sink/load_tar.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <vector>

namespace nixbuild::sink {

using engine::ImageStore;

namespace {

// Graph drivers look at each layer on the way; containerd looks for its blobs when it is asked to.
// Podman says the same of what it has found in another form.
bool looks_at_all_layers(const engine::Facts& engine) {
  return engine.store == ImageStore::graph_driver || engine.checks_loads();
}

} // namespace

oci::Digest manifest_digest(const image::Image& image) {
  return manifest_of(image).digest;
}

std::string image_id(const image::Image& image, ImageStore store) {
  return store == ImageStore::containerd ? manifest_digest(image).str() : image.config_digest.str();
}

SentLoad send_load(const image::Image& image, const LoadPlan& plan, engine::Engine& engine,
                   LoadProgress& progress, const LoadPace& pace, const CancelToken& cancel) {
  const engine::Facts& facts = engine.facts(cancel);
  const LoadTar tar(image, plan, form_for(facts.store, image, plan));
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
  if (facts.store == ImageStore::containerd) load.platform = image.platform;
  const std::vector<std::string> said = engine.load_images(load, cancel);
  const auto naming =
      std::ranges::find(said, format("Loaded image ID: {}", image_id(image, facts.store)));
  return {.bytes = tar.size(), .vouched_for = naming != said.end() && looks_at_all_layers(facts)};
}

} // namespace nixbuild::sink
