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
  std::vector<oci::Platform> platforms; // several: the image is an index of images for them
};

// An image as a registry has it now.
struct PushedImage {
  oci::Digest digest; // of the index or manifest that the names lead to
  std::string media_type;
  std::uint64_t size = 0; // of that index or manifest
  oci::Digest config_digest;
  std::vector<oci::Reference> names; // with the digest where no tag was given
  std::vector<oci::Platform> platforms;
};

// An image that was built and is whole, and that is not kept where the others are.
struct ValidatedImage {
  oci::Platform platform;
  oci::Digest config_digest;
};

// An image, or one for several platforms, as it was written into a file or folder.
struct WrittenImage {
  std::string destination;            // as FileOutput has it
  std::vector<ValidatedImage> images; // at least one
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
  std::vector<PushedImage> pushed;
  std::vector<ValidatedImage> validated;
  std::vector<WrittenImage> written;
  std::vector<BuildPlan> plans;              // of a dry run, one for each platform
  std::vector<std::string> store_paths = {}; // that were built where Nix ran
};

// Adds what `more` tells of images to `report`.
void add(BuildReport& report, BuildReport more);

} // namespace nixbuild::pipeline
