#include "pipeline/transfer.hpp"

#include "nix/store_path.hpp"
#include "pipeline/image_forms.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace nixbuild::pipeline {

namespace {

void check_single(const OpenedArtifact& opened, std::string_view reason) {
  if (opened.images.size() == 1) return;
  throw Error(ErrorKind::invalid_input,
              format("{} holds {} images, so {}", opened.built.artifact.path.string(),
                     opened.images.size(), reason))
      .with_hint("leave out --tag: each image then keeps its own names");
}

void check_platform(const PlatformArtifact& built, const image::Image& image) {
  if (image.platform == built.platform) return;
  throw Error(ErrorKind::invalid_input,
              format("{} is an image for {}, not for {}", built.artifact.path.string(),
                     image.platform.str(), built.platform.str()))
      .with_hint(format("to load it all the same, add --platform {}", image.platform.str()));
}

OpenedArtifact open(const PlatformArtifact& built, const image::ClosureImageOptions& options,
                    bool named, image::DigestTrust trust, World& world, const CancelToken& cancel) {
  OpenedArtifact opened{.built = built,
                        .images = open_images(built.artifact, form_of(built.artifact),
                                              built.platform, options, trust, world, cancel)};
  if (named) check_single(opened, "--tag does not say which one it names");
  for (const image::Image& image : opened.images)
    check_platform(built, image);
  return opened;
}

// Of a package the closure's image says itself what is in it.
image::Amendments with_store_path(image::Amendments amendments, const PlatformArtifact& built) {
  std::error_code error;
  const auto path = std::filesystem::canonical(built.artifact.path, error);
  if (error || !nix::is_store_path(path)) return amendments;
  for (image::Amendment* one : {&amendments.booting, &amendments.others})
    one->missing_labels.emplace(image::store_path_label, path.string());
  return amendments;
}

void amend(OpenedArtifact& opened, const image::Amendments& amendments, World& world,
           const CancelToken& cancel) {
  const image::Amendments own = with_store_path(amendments, opened.built);
  const auto tell = [&world](const std::string& text) {
    progress::notice(world.reporter, progress::Notice::Level::warning, text);
  };
  for (image::Image& image : opened.images)
    image = image::amended(std::move(image), own, tell, cancel);
}

} // namespace

void with_images(const std::vector<PlatformArtifact>& artifacts,
                 const image::ClosureImageOptions& options,
                 const std::optional<image::Amendments>& amendments, bool named, World& world,
                 const UseImages& use, const CancelToken& cancel) {
  const auto open_all = [&](image::DigestTrust trust) {
    std::vector<OpenedArtifact> opened;
    opened.reserve(artifacts.size());
    for (const PlatformArtifact& built : artifacts)
      opened.push_back(open(built, options, named, trust, world, cancel));
    if (amendments)
      for (OpenedArtifact& one : opened)
        amend(one, *amendments, world, cancel);
    return opened;
  };
  const bool remembered = std::ranges::any_of(artifacts, [](const PlatformArtifact& built) {
    return remembers_digests(form_of(built.artifact));
  });
  try {
    return use(open_all(image::DigestTrust::remembered));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt || !remembered) throw;
    progress::notice(world.reporter, progress::Notice::Level::warning,
                     format("reading all layers again: {}", error.message()));
  }
  use(open_all(image::DigestTrust::bytes));
}

std::vector<image::Image> single_images(const std::vector<OpenedArtifact>& opened) {
  std::vector<image::Image> images;
  for (const OpenedArtifact& one : opened) {
    check_single(one, "it is not one image for its platform");
    images.push_back(one.images.front());
  }
  return images;
}

} // namespace nixbuild::pipeline
