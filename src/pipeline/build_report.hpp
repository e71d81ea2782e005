#pragma once

#include "engine/engine.hpp"
#include "nix/nix.hpp"
#include "oci/digest.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

// One image as the engine has it now.
struct LoadedImage {
  std::string id; // what `docker image inspect` says
  oci::Digest config_digest;
  oci::Digest manifest_digest;
  std::vector<oci::Reference> names;
  std::uint64_t sent_bytes = 0;
};

// What a build would do.
struct BuildPlan {
  oci::Platform platform;
  std::string installable; // as the user would write it
  std::string attribute;   // its full path; empty for paths
  std::string derivation;  // empty for a file that was built already
  nix::DryRun work;
};

struct BuildReport {
  engine::Facts engine;
  std::vector<LoadedImage> images; // none after a dry run
  std::optional<BuildPlan> plan;   // of a dry run
};

} // namespace nixbuild::pipeline
