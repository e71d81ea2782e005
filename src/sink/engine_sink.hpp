#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "oci/digest.hpp"
#include "oci/reference.hpp"
#include "progress/reporter.hpp"
#include "sink/slices.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::sink {

struct LoadOptions {
  // Remove the images that lose their names to this one, unless they have another name or a
  // container uses them.
  bool remove_replaced = false;
  // Arrange the layers as in the image that has the first name now, where that helps
  // (image/stable_order.hpp); the image then has another ID than it came with. What it gained is
  // told to the reporter.
  bool stable_order = false;
  // How to cut large loads, where not as is best for the engine's image store.
  std::optional<SliceSizes> slices = {};
  // Blobs that this run has given the engine, so that it is not asked whether it has them.
  std::set<oci::Digest> given = {};
  // What the step is called in the display, where not after the first name.
  std::string step = {};
};

struct LoadReport {
  std::string image_id;      // as this engine counts: what `docker image inspect` says
  oci::Digest config_digest; // the image's own, unless its layers were arranged anew
  oci::Digest manifest_digest;
  std::uint64_t sent_bytes = 0; // of the tars that were loaded
  std::size_t sent_layers = 0;
  std::vector<std::string> removed_images = {}; // IDs, by LoadOptions::remove_replaced
};

// Gives the engine the layers of `image` that it lacks (missing_layers) and the image's metadata,
// nameless, checks that it then has the image, and only then gives it `names`. An engine that has
// it already is sent nothing, and no name that is in its place. One that lost a layer meanwhile is
// asked once more what it lacks, then sent everything. Large loads go in slices, and an aborted one
// leaves in the engine what is whole of it (sink/sliced_load.hpp).
// Layer bytes are compared with their digests on the way: a difference is an Error of kind corrupt.
// After an Error all names are where they were.
LoadReport load_into_engine(const image::Image& image, const std::vector<oci::Reference>& names,
                            const LoadOptions& options, engine::Engine& engine,
                            progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::sink
