#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "sink/load_progress.hpp"
#include "sink/slices.hpp"
#include "support/cancel.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace nixbuild::sink {

struct SlicedLoadReport {
  std::uint64_t sent_bytes = 0;
  std::size_t sent_layers = 0;
  bool vouched_for = false; // SentLoad::vouched_for, of `image` itself
};

// Gives the engine `image` slice by slice, on two connections in turn, so that it unpacks one slice
// while it receives the next:
//
//   connection 1   layers of slice 0, prefix image 0 │ answer 0 │ layers of slice 2 …
//   connection 2                       layers of slice 1 …      │ prefix image 1 │ answer 1
//
// Each request ends with the metadata of an image of all layers so far (sink/prefix_image.hpp),
// held back until the slice before it is in, and the last one with `image` itself. After a success
// the prefix images are of no use: remove_prefix_images. After an Error the newest one that is
// whole stays, so that the engine keeps its layers and another try sends only the rest.
//
// Throws what the first slice that failed threw (send_load), in the engine's own words.
SlicedLoadReport send_sliced(const image::Image& image, const std::vector<Slice>& slices,
                             const std::string& purpose, engine::Engine& engine,
                             LoadProgress& progress, const CancelToken& cancel);

} // namespace nixbuild::sink
