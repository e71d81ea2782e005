#include "pipeline/attestations.hpp"

#include "image/provenance.hpp"
#include "image/sbom.hpp"
#include "nix/flake_lock.hpp"
#include "nix/git_state.hpp"
#include "nix/installable.hpp"
#include "nix/nix.hpp"
#include "pipeline/image_forms.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view tool = "docker-nixbuild";

bool tells_its_store_paths(ImageForm form) {
  return form != ImageForm::archive && form != ImageForm::oci_layout &&
         form != ImageForm::stream_script;
}

using Packages = std::map<std::string, image::PackageFacts>;

// An SBOM without licences is better than none.
nix::PackageMetas metas_of(const nix::Closure& closure, const PlatformArtifact& built,
                           const BuildRequest& request, nix::Nix& nix, World& world,
                           const CancelToken& cancel) {
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  const auto* flake = std::get_if<nix::FlakeAttribute>(&installable);
  if (flake == nullptr) return {};
  try {
    return nix.package_metas(*flake, nix::system_of(built.platform), closure, request.nix,
                             world.reporter, cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    progress::notice(world.reporter, progress::Notice::Level::warning,
                     format("the SBOM tells no licences: {}", error.message()));
    return {};
  }
}

Packages packages_of(const PlatformArtifact& built, const nix::PackageMetas& metas) {
  Packages packages;
  for (const auto& [path, meta] : metas)
    packages[path] = {
        .name = {}, .version = {}, .licence = meta.licence, .homepage = meta.homepage};
  packages[built.artifact.path.string()].name = built.artifact.package;
  return packages;
}

std::optional<image::Attestation> sbom(const PlatformArtifact& built, const image::Image& image,
                                       const BuildRequest& request, World& world,
                                       const CancelToken& cancel) {
  if (!tells_its_store_paths(form_of(built.artifact))) {
    progress::notice(world.reporter, progress::Notice::Level::warning,
                     format("no SBOM for {}: an archive does not say which store paths are in it; "
                            "streamLayeredImage and nix2container do",
                            built.artifact.path.string()));
    return std::nullopt;
  }
  nix::Nix nix(world.processes, world.environment);
  const std::string name =
      image.names.empty() ? image.config_digest.str() : image.names.front().familiar();
  const nix::Closure closure = nix.closure(fs::canonical(built.artifact.path).string(), cancel);
  const nix::PackageMetas metas = metas_of(closure, built, request, nix, world, cancel);
  // The time is that of the images themselves, so that the same image has the same SBOM.
  return image::sbom_of(closure, {.image_name = name,
                                  .config_digest = image.config_digest,
                                  .created = std::chrono::sys_seconds(std::chrono::seconds(1)),
                                  .tool = std::string(tool),
                                  .packages = packages_of(built, metas)});
}

std::string lock_of(const std::string& flake) {
  try {
    return read_file(fs::path(flake) / "flake.lock");
  } catch (const Error&) {
    return {}; // a flake elsewhere, or one without inputs
  }
}

image::Attestation provenance(const PlatformArtifact& built, const BuildRequest& request,
                              World& world, const CancelToken& cancel) {
  image::ProvenanceFacts facts{
      .installable = request.installable,
      .attribute = built.artifact.attribute,
      .platform = built.platform.str(),
      .derivation = built.artifact.derivation,
      .builder_id = "urn:docker-nixbuild:builder:nix",
      .nix_version = nix::Nix(world.processes, world.environment).version(cancel).text,
      .tool_version = std::string(tool)};
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  const auto* flake = std::get_if<nix::FlakeAttribute>(&installable);
  if (flake == nullptr) return image::provenance_of(facts);
  facts.source = flake->for_people();
  if (const auto git = nix::git_state(world.processes, world.environment, flake->flake, cancel)) {
    facts.revision = git->commit;
    facts.dirty = git->has_changes;
  }
  if (const std::string lock = lock_of(flake->flake); !lock.empty()) {
    facts.lock_digest = oci::Digest::of(lock).hex();
    facts.inputs = nix::parse_flake_lock(lock);
  }
  return image::provenance_of(facts);
}

} // namespace

std::vector<image::Attestation> attestations_of(const PlatformArtifact& built,
                                                const image::Image& image,
                                                const BuildRequest& request, World& world,
                                                const CancelToken& cancel) {
  std::vector<image::Attestation> attestations;
  if (request.sbom) {
    if (auto made = sbom(built, image, request, world, cancel))
      attestations.push_back(*std::move(made));
  }
  if (request.provenance) attestations.push_back(provenance(built, request, world, cancel));
  return attestations;
}

} // namespace nixbuild::pipeline
