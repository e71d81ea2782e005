#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "progress/reporter.hpp"
#include "sink/load_plan.hpp"

#include <string>
#include <vector>

namespace nixbuild::sink {

struct LoadReport {
  std::string image_id;         // as this engine counts: what `docker image inspect` says
  oci::Digest manifest_digest;  // of the OCI manifest that was sent
  std::uint64_t sent_bytes = 0; // bytes of the tar
  std::size_t sent_layers = 0;
  std::size_t skipped_layers = 0;
};

// Sends the layers of `plan` and the image's metadata in one unnamed load, checks that the engine
// now has the image, and only then gives it `names`. Layer bytes are compared with their digests
// on the way; a difference is an Error of kind corrupt and leaves nothing at the engine.
LoadReport load_into_engine(const image::Image& image, const LoadPlan& plan,
                            const std::vector<oci::Reference>& names, engine::Engine& engine,
                            progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::sink
