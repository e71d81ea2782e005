#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "oci/digest.hpp"
#include "oci/reference.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace nixbuild::sink {

struct LoadReport {
  std::string image_id; // as this engine counts: what `docker image inspect` says
  oci::Digest manifest_digest;
  std::uint64_t sent_bytes = 0; // of the tars that were loaded
  std::size_t sent_layers = 0;
};

// Gives the engine the layers of `image` that it lacks (missing_layers) and the image's metadata in
// one nameless load, checks that it then has the image, and only then gives it `names`. An engine
// that lost a layer meanwhile is asked once more what it lacks, then sent everything.
// Layer bytes are compared with their digests on the way: a difference is an Error of kind corrupt.
// After an Error all names are where they were.
LoadReport load_into_engine(const image::Image& image, const std::vector<oci::Reference>& names,
                            engine::Engine& engine, progress::Reporter& reporter,
                            const CancelToken& cancel);

} // namespace nixbuild::sink
