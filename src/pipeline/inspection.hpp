#pragma once

#include "engine/engine.hpp"
#include "oci/digest.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "support/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

struct InspectedLayer {
  oci::Digest diff_id;
  oci::Digest digest;
  std::uint64_t size = 0;           // of the bytes that are sent
  std::vector<std::string> origins; // image::Layer::origins
  bool lacking = false;             // the engine does not have it
};

// One image, and how much of it the engine has; without an engine `has_image` is false and nothing
// is told of what is lacking.
struct InspectedImage {
  std::vector<oci::Reference> names;
  std::string id; // as the engine counts; without one the config digest
  oci::Digest config_digest;
  oci::Digest manifest_digest;
  oci::Platform platform;
  std::vector<InspectedLayer> layers; // bottom first
  bool has_image = false;             // nothing would be sent
  std::uint64_t load_bytes = 0;       // of the tar that a load would send
};

struct Inspection {
  std::optional<engine::Facts> engine;
  std::optional<Error> engine_error; // why there is no `engine`
  std::vector<InspectedImage> images;
};

} // namespace nixbuild::pipeline
