#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "oci/reference.hpp"
#include "progress/reporter.hpp"
#include "sink/engine_sink.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::sink {

struct IndexLoadReport {
  std::string image_id; // the digest of the index
  std::uint64_t sent_bytes = 0;
};

// Whether an engine with this image store keeps one image for several platforms.
[[nodiscard]] bool keeps_indexes(engine::ImageStore store);

// Gives the engine, for which keeps_indexes() is true, one image for all platforms of `images`
// (each for another one, two at least): first each by itself and nameless, as load_into_engine
// does, then their index, which is given `names`; the nameless ones are removed again. After an
// Error all names are where they were.
IndexLoadReport load_index(const std::vector<image::Image>& images,
                           const std::vector<oci::Reference>& names, const LoadOptions& options,
                           engine::Engine& engine, progress::Reporter& reporter,
                           const CancelToken& cancel);

} // namespace nixbuild::sink
