#include "pipeline/transfer.hpp"

#include "pipeline/image_forms.hpp"
#include "sink/engine_sink.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::pipeline {

namespace {

void check_tags(const TransferJob& job, const std::vector<image::Image>& images) {
  if (!job.tags.empty() && images.size() > 1) {
    throw Error(ErrorKind::invalid_input,
                format("{} holds {} images, so --tag does not say which one it names",
                       job.artifact.path.string(), images.size()))
        .with_hint("leave out --tag: each image then keeps its own names");
  }
}

void check_platform(const TransferJob& job, const image::Image& image) {
  if (image.platform == job.platform) return;
  throw Error(ErrorKind::invalid_input,
              format("{} is an image for {}, not for {}", job.artifact.path.string(),
                     image.platform.str(), job.platform.str()))
      .with_hint(format("to load it all the same, add --platform {}", image.platform.str()));
}

std::vector<image::Image> open_checked(const TransferJob& job, ImageForm form,
                                       image::DigestTrust trust, World& world,
                                       const CancelToken& cancel) {
  std::vector<image::Image> images =
      open_images(job.artifact, form, job.platform, job.image_options, trust, world, cancel);
  check_tags(job, images);
  for (const image::Image& image : images)
    check_platform(job, image);
  return images;
}

LoadedImage load(const image::Image& image, const TransferJob& job, engine::Engine& engine,
                 World& world, const CancelToken& cancel) {
  const std::vector<oci::Reference>& names = job.tags.empty() ? image.names : job.tags;
  const sink::LoadReport report = with_frame(format("loading {}", job.artifact.path.string()), [&] {
    return sink::load_into_engine(image, names, job.load_options, engine, world.reporter, cancel);
  });
  return {.id = report.image_id,
          .config_digest = report.config_digest,
          .manifest_digest = report.manifest_digest,
          .names = names,
          .sent_bytes = report.sent_bytes};
}

std::vector<LoadedImage> load_all(const std::vector<image::Image>& images, const TransferJob& job,
                                  engine::Engine& engine, World& world, const CancelToken& cancel) {
  std::vector<LoadedImage> loaded;
  loaded.reserve(images.size());
  for (const image::Image& image : images)
    loaded.push_back(load(image, job, engine, world, cancel));
  return loaded;
}

} // namespace

std::vector<LoadedImage> transfer(const TransferJob& job, engine::Engine& engine, World& world,
                                  const CancelToken& cancel) {
  const ImageForm form = form_of(job.artifact);
  const auto images = [&](image::DigestTrust trust) {
    return open_checked(job, form, trust, world, cancel);
  };
  try {
    return load_all(images(image::DigestTrust::remembered), job, engine, world, cancel);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt || !remembers_digests(form)) throw;
    progress::notice(world.reporter, progress::Notice::Level::warning,
                     format("reading all layers again: {}", error.message()));
  }
  return load_all(images(image::DigestTrust::bytes), job, engine, world, cancel);
}

} // namespace nixbuild::pipeline
