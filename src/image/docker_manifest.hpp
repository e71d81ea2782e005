#pragma once

#include "oci/reference.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// One image of a docker-archive, as its manifest.json has it (moby image/spec v1.2).
struct DockerManifestItem {
  std::string config;               // member that is the config
  std::vector<std::string> layers;  // members that are layers, bottom first
  std::vector<oci::Reference> tags; // RepoTags
};

// Reads the text of manifest.json. Throws an Error of kind corrupt, whose message begins with
// "manifest.json", when it is malformed, names no image or more than 1000.
[[nodiscard]] std::vector<DockerManifestItem> parse_docker_manifest(std::string_view text);

} // namespace nixbuild::image
