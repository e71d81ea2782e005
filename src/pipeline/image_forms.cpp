#include "pipeline/image_forms.hpp"

#include "image/closure_image.hpp"
#include "image/digest_cache.hpp"
#include "image/docker_archive.hpp"
#include "image/docker_tools_image.hpp"
#include "image/image_archive.hpp"
#include "image/nix2container_image.hpp"
#include "image/nix_store.hpp"
#include "image/nixos_image.hpp"
#include "image/oci_layout.hpp"
#include "nix/nix.hpp"
#include "nix/store_path.hpp"
#include "pipeline/directories.hpp"
#include "pipeline/stream_script.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <string_view>
#include <system_error>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

// Where a link to a result leads.
fs::path real_path(const fs::path& path) {
  std::error_code problem;
  fs::path real = fs::canonical(path, problem);
  if (problem == std::errc::no_such_file_or_directory) {
    throw Error(ErrorKind::not_found, format("{} does not exist", path.string()));
  }
  if (problem) throw system_error(problem.value(), format("cannot open {}", path.string()));
  return real;
}

// The store that `path` is directly in, which descriptions of images may take files from.
image::NixStore store_of(const fs::path& path) {
  if (!nix::is_store_path(path)) return {};
  return {.dir = path.parent_path().string(), .root = {}};
}

std::string_view name_of(ImageForm form) {
  switch (form) {
  case ImageForm::docker_tools:
  case ImageForm::stream_script:
    return "an image of dockerTools";
  case ImageForm::nix2container:
    return "an image of nix2container";
  case ImageForm::archive:
    return "an image archive";
  case ImageForm::oci_layout:
    return "an OCI image layout";
  case ImageForm::nixos:
    return "a NixOS system";
  case ImageForm::closure:
    break;
  }
  return "a package";
}

bool is_made_by_us(ImageForm form) {
  return form == ImageForm::closure || form == ImageForm::nixos;
}

void refuse_options(const Artifact& artifact, ImageForm form,
                    const image::ClosureImageOptions& options) {
  if (options == image::ClosureImageOptions{}) return;
  throw Error(ErrorKind::invalid_input, format("{} is {}, which has its own configuration",
                                               artifact.path.string(), name_of(form)))
      .with_hint("Options such as --env and --cmd are for images that are made of a package: set "
                 "these things in the Nix expression. --tag gives any image another name.");
}

// nix2container keeps an image's name in the attributes of its derivation alone.
std::vector<oci::Reference> name_from_evaluation(const Artifact& artifact) {
  if (artifact.image_name.empty()) return {};
  const std::string text = artifact.image_tag.empty()
                               ? artifact.image_name
                               : format("{}:{}", artifact.image_name, artifact.image_tag);
  auto name = oci::Reference::parse(text);
  if (!name) {
    throw Error(ErrorKind::invalid_input,
                format("the image calls itself '{}': {}", text, name.error()))
        .with_hint("Give it another name with --tag.");
  }
  return {*std::move(name)};
}

// One artifact on its way to an image.
class Opening {
public:
  Opening(const Artifact& artifact, const oci::Platform& platform,
          const image::ClosureImageOptions& options, image::DigestTrust trust, World& world,
          const CancelToken& cancel)
      : artifact_(artifact)
      , path_(real_path(artifact.path))
      , platform_(platform)
      , options_(options)
      , trust_(trust)
      , world_(world)
      , cancel_(cancel)
      , cache_(digest_cache_file(world.environment)) {}

  std::vector<image::Image> open(ImageForm form) {
    switch (form) {
    case ImageForm::docker_tools:
      return {docker_tools()};
    case ImageForm::stream_script:
      return run_stream_script(path_, platform_, world_, cancel_);
    case ImageForm::nix2container:
      return {nix2container()};
    case ImageForm::archive:
      return image::read_image_archive(path_, platform_, cancel_);
    case ImageForm::oci_layout:
      return image::read_oci_layout_folder(path_, platform_);
    case ImageForm::nixos:
      return {image::nixos_image(source(), options_, trust_, cache_, world_.reporter, cancel_)};
    case ImageForm::closure:
      break;
    }
    return {image::closure_image(source(), options_, trust_, cache_, world_.reporter, cancel_)};
  }

private:
  image::Image docker_tools() {
    const fs::path conf = conf_of_script(path_).value_or(path_);
    return image::docker_tools_image(conf, store_of(conf), trust_, cache_, world_.reporter,
                                     cancel_);
  }

  image::Image nix2container() {
    image::Image image = image::nix2container_image(path_, store_of(path_), trust_, cache_,
                                                    world_.reporter, cancel_);
    image.names = name_from_evaluation(artifact_);
    return image;
  }

  [[nodiscard]] image::ClosureSource source() const {
    nix::Nix nix(world_.processes, world_.environment);
    return {.closure = nix.closure(path_.string(), cancel_),
            .platform = platform_,
            .package = artifact_.package,
            .main_program = artifact_.main_program};
  }

  const Artifact& artifact_;
  fs::path path_;
  const oci::Platform& platform_;
  const image::ClosureImageOptions& options_;
  image::DigestTrust trust_;
  World& world_;
  const CancelToken& cancel_;
  image::DigestCache cache_;
};

} // namespace

ImageForm form_of(const Artifact& artifact) {
  const fs::path path = real_path(artifact.path);
  if (image::is_oci_layout_folder(path)) return ImageForm::oci_layout;
  if (image::is_docker_tools_conf(path)) return ImageForm::docker_tools;
  if (image::is_nix2container_image(path)) return ImageForm::nix2container;
  if (fs::is_regular_file(path) && image::looks_like_archive(path)) return ImageForm::archive;
  if (conf_of_script(path)) return ImageForm::docker_tools;
  // Without the word of whoever made it a script is a program like any other.
  if (!artifact.image_name.empty() && is_runnable_script(path)) return ImageForm::stream_script;
  if (nix::is_store_path(path)) {
    return image::is_nixos_toplevel(path.string()) ? ImageForm::nixos : ImageForm::closure;
  }
  throw Error(ErrorKind::invalid_input,
              format("{} is not an image, nor is it in the Nix store", artifact.path.string()))
      .with_hint("Name an image archive, an OCI layout, a store path or an attribute of a flake.");
}

bool remembers_digests(ImageForm form) {
  return form == ImageForm::docker_tools || form == ImageForm::nix2container || is_made_by_us(form);
}

std::vector<image::Image> open_images(const Artifact& artifact, ImageForm form,
                                      const oci::Platform& platform,
                                      const image::ClosureImageOptions& options,
                                      image::DigestTrust trust, World& world,
                                      const CancelToken& cancel) {
  if (!is_made_by_us(form)) refuse_options(artifact, form, options);
  return Opening(artifact, platform, options, trust, world, cancel).open(form);
}

} // namespace nixbuild::pipeline
