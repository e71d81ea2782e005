#pragma once

#include "image/digest_cache.hpp"
#include "image/image.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <memory>
#include <vector>

namespace nixbuild::image {

// The digests of `contents`, in their order: from `cache` where it knows them, else by producing
// the bytes once, several layers at a time on all cores, which the cache then remembers.
[[nodiscard]] std::vector<LayerDigest>
digest_layers(const std::vector<std::shared_ptr<const LayerContent>>& contents, DigestCache& cache,
              progress::Reporter& reporter, const CancelToken& cancel);

// Uncompressed OCI layers of `contents` and their digests, which are equally many.
[[nodiscard]] std::vector<Layer>
plain_layers(std::vector<std::shared_ptr<const LayerContent>> contents,
             const std::vector<LayerDigest>& digests);

} // namespace nixbuild::image
