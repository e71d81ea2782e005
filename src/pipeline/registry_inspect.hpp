#pragma once

#include "context/global_flags.hpp"
#include "oci/digest.hpp"
#include "oci/reference.hpp"
#include "pipeline/output.hpp"
#include "pipeline/world.hpp"
#include "registry/repository.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

// A manifest or a layer as an index or a manifest lists it. Texts are the registry's and may hold
// anything.
struct ListedBlob {
  oci::Digest digest;
  std::string media_type;
  std::uint64_t size = 0;
  std::string platform;                           // of a manifest, "linux/amd64"; may be empty
  std::optional<oci::Digest> attests;             // of attestations: the manifest that they are of
  std::map<std::string, std::string> annotations; // of a manifest
};

// What a registry has under a name.
struct RegistryImage {
  oci::Reference name;
  oci::Digest digest;
  std::string media_type;
  std::string text; // the index or manifest itself
  std::map<std::string, std::string> annotations;
  std::vector<ListedBlob> manifests;        // of an index
  std::optional<oci::Digest> config_digest; // of a single image
  std::string platform;                     // of a single image; may be empty
  std::vector<ListedBlob> layers;           // of a single image, bottom first
};

// Reads the index or manifest that `name` leads to in `repository`, and of a single image its
// config. Throws an Error: not_found when there is none, corrupt when it makes no sense, and what
// the repository throws.
[[nodiscard]] RegistryImage inspect_registry(registry::Repository& repository,
                                             const oci::Reference& name, const CancelToken& cancel);

// The same in the registry of `name`, spoken to as `how` says. Throws also what open_registry()
// throws.
[[nodiscard]] RegistryImage inspect_reference(const oci::Reference& name, const PushOutput& how,
                                              const context::GlobalFlags& docker, World& world,
                                              const CancelToken& cancel);

} // namespace nixbuild::pipeline
