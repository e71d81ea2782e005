#pragma once

#include "engine/engine.hpp"
#include "oci/digest.hpp"
#include "oci/reference.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

// One image as the engine has it now.
struct LoadedImage {
  std::string
      id; // what `docker image inspect` says: config digest, or manifest digest on containerd
  oci::Digest config_digest;
  oci::Digest manifest_digest;
  std::vector<oci::Reference> names;
  std::uint64_t sent_bytes = 0;
};

struct BuildReport {
  engine::Facts engine;
  std::vector<LoadedImage> images; // none after a dry run
};

} // namespace nixbuild::pipeline
