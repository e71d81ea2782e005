#pragma once

#include "image/image.hpp"

#include <string>
#include <vector>

namespace nixbuild::image {

// A statement of in-toto about an image: what is in it (SPDX), how it was made (SLSA).
struct Attestation {
  std::string predicate_type; // "https://spdx.dev/Document"
  std::string predicate;      // JSON
};

struct PlatformImage {
  Image image;
  std::vector<Attestation> attestations;
};

// One image for several platforms, each once; or for a single one.
using ImageSet = std::vector<PlatformImage>;

} // namespace nixbuild::image
