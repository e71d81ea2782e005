#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "sink/load_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nixbuild::sink {

// A part of a load: what one request sends, and which layers the engine then has.
struct Slice {
  std::size_t end = 0; // all layers below this index are then there
  LoadPlan plan;
};

// How to cut. Overlap saves up to half of a long load, and a slice costs the engine some dozen
// milliseconds.
struct SliceSizes {
  std::uint64_t worth_cutting = 0; // bytes; smaller loads are sent in one request
  std::size_t most = 1;            // slices
};

// What was found best for engines with this image store.
[[nodiscard]] SliceSizes slice_sizes(engine::ImageStore store);

// `plan` cut into consecutive slices of about the same number of bytes; the last one ends with the
// image. A layer that the image repeats is in every slice where it is missing, since graph-driver
// engines keep no files from one request to the next.
[[nodiscard]] std::vector<Slice> slices_of(const image::Image& image, const LoadPlan& plan,
                                           const SliceSizes& sizes);

} // namespace nixbuild::sink
