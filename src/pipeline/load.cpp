#include "pipeline/load.hpp"

#include "image/image_archive.hpp"
#include "oci/platform_match.hpp"
#include "pipeline/connection.hpp"
#include "sink/engine_sink.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::pipeline {

namespace {

std::vector<image::Image> images_of(const LoadRequest& request, const oci::Platform& of_engine,
                                    const CancelToken& cancel) {
  if (!request.platform)
    return image::read_image_archive(request.archive, of_engine, cancel,
                                     image::PlatformRule::preferred);
  std::vector<image::Image> images =
      image::read_image_archive(request.archive, *request.platform, cancel);
  for (const image::Image& image : images) {
    if (oci::platform_distance(*request.platform, image.platform)) continue;
    throw Error(ErrorKind::invalid_input,
                format("{} is an image for {}, not for {}", request.archive.string(),
                       image.platform.str(), request.platform->str()));
  }
  return images;
}

} // namespace

BuildReport load(const LoadRequest& request, World& world, const CancelToken& cancel) {
  Connection connection = connect(request.docker, world);
  BuildReport report{.engine = connection.engine.facts(cancel), .images = {}};
  return with_frame(format("loading {}", request.archive.string()), [&] {
    for (const image::Image& image : images_of(request, report.engine.platform, cancel)) {
      const sink::LoadReport loaded =
          sink::load_into_engine(image, image.names, {}, connection.engine, world.reporter, cancel);
      report.images.push_back({.id = loaded.image_id,
                               .config_digest = loaded.config_digest,
                               .manifest_digest = loaded.manifest_digest,
                               .names = image.names,
                               .sent_bytes = loaded.sent_bytes});
    }
    return std::move(report);
  });
}

} // namespace nixbuild::pipeline
