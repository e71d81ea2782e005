#pragma once

#include "image/image.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nixbuild::sink {

// Which of an image's layers an engine lacks, and so will be sent.
struct LoadPlan {
  std::vector<std::size_t> layers; // indexes into Image::layers, ascending, no duplicate digest
  std::uint64_t layer_bytes = 0;   // their sizes added up
};

// A plan that sends every layer (once, where the image repeats one).
[[nodiscard]] LoadPlan full_load(const image::Image& image);

} // namespace nixbuild::sink
