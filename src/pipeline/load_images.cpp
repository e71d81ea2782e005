#include "pipeline/load_images.hpp"

#include "pipeline/directories.hpp"
#include "pipeline/loaded_images.hpp"
#include "pipeline/platforms.hpp"
#include "sink/index_load.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::pipeline {

namespace {

std::vector<oci::Platform> platforms_in(const std::vector<image::Image>& images) {
  std::vector<oci::Platform> platforms;
  platforms.reserve(images.size());
  for (const image::Image& image : images)
    platforms.push_back(image.platform);
  return platforms;
}

LoadedImage load_one(const image::Image& image, const std::vector<oci::Reference>& names,
                     const sink::LoadOptions& options, engine::Engine& engine, World& world,
                     const CancelToken& cancel) {
  const sink::LoadReport report =
      sink::load_into_engine(image, names, options, engine, world.reporter, cancel);
  return {.id = report.image_id,
          .config_digest = report.config_digest,
          .manifest_digest = report.manifest_digest,
          .names = names,
          .sent_bytes = report.sent_bytes};
}

LoadedImage load_all(const std::vector<image::Image>& images,
                     const std::vector<oci::Reference>& names, const sink::LoadOptions& options,
                     engine::Engine& engine, World& world, const CancelToken& cancel) {
  const sink::IndexLoadReport report =
      sink::load_index(images, names, options, engine, world.reporter, cancel);
  const auto digest = oci::Digest::parse(report.image_id);
  return {.id = report.image_id,
          .config_digest = *digest,
          .manifest_digest = *digest,
          .names = names,
          .sent_bytes = report.sent_bytes,
          .platforms = platforms_in(images)};
}

void remember(const LoadedImage& image, const World& world) {
  try {
    LoadedImages(loaded_images_file(world.environment)).remember(image.id);
  } catch (const Error& error) {
    // Without a home directory nobody prunes either.
    if (error.kind() != ErrorKind::not_found) throw;
  }
}

} // namespace

void load_images(const std::vector<image::Image>& images, const std::vector<oci::Reference>& names,
                 const sink::LoadOptions& options, engine::Engine& engine, World& world,
                 BuildReport& report, const CancelToken& cancel) {
  const engine::Facts& facts = engine.facts(cancel);
  if (images.size() > 1 && sink::keeps_indexes(facts.store)) {
    report.images.push_back(load_all(images, names, options, engine, world, cancel));
    remember(report.images.back(), world);
    return;
  }
  const auto own = best_platform(platforms_in(images), facts.platform);
  for (const image::Image& image : images) {
    if (images.size() == 1 || image.platform == own) {
      report.images.push_back(load_one(image, names, options, engine, world, cancel));
      remember(report.images.back(), world);
    } else {
      report.validated.push_back(
          {.platform = image.platform, .config_digest = image.config_digest});
    }
  }
}

void require_loadable(const std::vector<oci::Platform>& platforms, const engine::Facts& engine) {
  if (platforms.size() < 2 || sink::keeps_indexes(engine.store) ||
      best_platform(platforms, engine.platform)) {
    return;
  }
  throw Error(ErrorKind::invalid_input,
              format("none of {} is the platform of the engine ({}), which keeps images for one "
                     "platform only",
                     listed(platforms), engine.platform.str()))
      .with_hint(format("Add {} to the platforms, name a single one, or write the image elsewhere "
                        "with --push or --output. An engine with the containerd image store keeps "
                        "all of them.",
                        engine.platform.str()));
}

} // namespace nixbuild::pipeline
