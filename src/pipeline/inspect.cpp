#include "pipeline/inspect.hpp"

#include "oci/machine_platform.hpp"
#include "pipeline/build.hpp"
#include "pipeline/caches.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/image_forms.hpp"
#include "pipeline/remotely.hpp"
#include "sink/load_tar.hpp"
#include "sink/missing_layers.hpp"

#include <set>
#include <utility>

namespace nixbuild::pipeline {

namespace {

void ask_engine(Inspection& inspection, engine::Engine& engine, const CancelToken& cancel) {
  try {
    inspection.engine = engine.facts(cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    inspection.engine_error = error;
  }
}

InspectedImage described(const image::Image& image) {
  InspectedImage inspected{.names = image.names,
                           .id = image.config_digest.str(),
                           .config_digest = image.config_digest,
                           .manifest_digest = sink::manifest_of(image).digest,
                           .platform = image.platform,
                           .layers = {}};
  for (const image::Layer& layer : image.layers)
    inspected.layers.push_back({.diff_id = layer.diff_id,
                                .digest = layer.digest,
                                .size = layer.size,
                                .origins = layer.origins});
  return inspected;
}

// A graph driver that has all layers but not the image is asked by a load that succeeds.
void remove_trace_of_question(const std::string& id, engine::Engine& engine) {
  const auto image = engine.inspect_image(id, {});
  if (image && image->repo_tags.empty()) (void)engine.remove_image(id, {});
}

void compare(InspectedImage& inspected, const image::Image& image, engine::Engine& engine,
             World& world, const CancelToken& cancel) {
  if (engine.facts(cancel).store == engine::ImageStore::containerd)
    inspected.id = inspected.manifest_digest.str();
  inspected.has_image = engine.inspect_image(inspected.id, cancel).has_value();
  if (inspected.has_image) return;
  const sink::LoadPlan plan =
      sink::missing_layers(image, image.names, engine, world.reporter, cancel);
  remove_trace_of_question(inspected.id, engine);
  std::set<oci::Digest> lacking; // an image may have a layer twice, a plan has it once
  for (const std::size_t index : plan.layers)
    lacking.insert(image.layers[index].digest);
  for (InspectedLayer& layer : inspected.layers)
    layer.lacking = lacking.contains(layer.digest);
  const sink::TarForm form = sink::form_for(engine.facts(cancel).store, image, plan);
  inspected.load_bytes = sink::LoadTar(image, plan, form).size();
}

// `inspection` has the engine, if it answers.
Inspection inspect_here(Inspection inspection, const BuildRequest& request, Connection& connection,
                        World& world, const CancelToken& cancel) {
  const oci::Platform platform = first_platform(
      request, inspection.engine ? inspection.engine->platform : oci::platform_of_this_machine());

  const Artifact artifact = build(request, platform, world, cancel);
  for (const image::Image& image :
       open_images(artifact, form_of(artifact), platform, request.image_options,
                   image::DigestTrust::remembered, world, cancel)) {
    InspectedImage inspected = described(image);
    if (inspection.engine) compare(inspected, image, connection.engine, world, cancel);
    inspection.images.push_back(std::move(inspected));
  }
  return inspection;
}

bool insists_on_builder(const BuildRequest& request) {
  return request.builder != Builder::automatic || request.builder_name;
}

} // namespace

Inspection inspect(const BuildRequest& asked, World& world, const CancelToken& cancel) {
  const BuildRequest request = with_caches(asked, world, cancel);
  Connection connection = connect(request.docker, world);
  Inspection inspection;
  ask_engine(inspection, connection.engine, cancel);
  if (inspection.engine || insists_on_builder(request)) {
    if (auto remote = inspect_remotely(request, connection, world, cancel))
      return *std::move(remote);
  }
  return inspect_here(std::move(inspection), request, connection, world, cancel);
}

} // namespace nixbuild::pipeline
