#include "pipeline/transfer.hpp"

#include "image/docker_archive.hpp"
#include "sink/engine_sink.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::pipeline {

namespace {

std::vector<image::Image> open_images(const TransferJob& job, const CancelToken& cancel) {
  if (!image::looks_like_archive(job.artifact)) {
    throw Error(ErrorKind::invalid_input,
                format("{} is not an image archive", job.artifact.string()))
        .with_hint("give an attribute that builds one, such as dockerTools.buildLayeredImage");
  }
  return image::read_docker_archive(job.artifact, cancel);
}

void check_tags(const TransferJob& job, const std::vector<image::Image>& images) {
  if (!job.tags.empty() && images.size() > 1) {
    throw Error(ErrorKind::invalid_input,
                format("{} holds {} images, so --tag does not say which one it names",
                       job.artifact.string(), images.size()))
        .with_hint("leave out --tag: each image then keeps its own names");
  }
}

void check_platform(const TransferJob& job, const image::Image& image) {
  if (image.platform == job.platform) return;
  throw Error(ErrorKind::invalid_input,
              format("{} is an image for {}, not for {}", job.artifact.string(),
                     image.platform.str(), job.platform.str()))
      .with_hint(format("to load it all the same, add --platform {}", image.platform.str()));
}

} // namespace

std::vector<LoadedImage> transfer(const TransferJob& job, engine::Engine& engine, World& world,
                                  const CancelToken& cancel) {
  const std::vector<image::Image> images = open_images(job, cancel);
  check_tags(job, images);
  std::vector<LoadedImage> loaded;
  for (const image::Image& image : images) {
    check_platform(job, image);
    const std::vector<oci::Reference>& names = job.tags.empty() ? image.names : job.tags;
    const sink::LoadReport report = with_frame(format("loading {}", job.artifact.string()), [&] {
      return sink::load_into_engine(image, names, engine, world.reporter, cancel);
    });
    loaded.push_back({.id = report.image_id,
                      .config_digest = image.config_digest,
                      .manifest_digest = report.manifest_digest,
                      .names = names,
                      .sent_bytes = report.sent_bytes});
  }
  return loaded;
}

} // namespace nixbuild::pipeline
