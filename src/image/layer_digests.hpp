#pragma once

#include "image/digest_cache.hpp"
#include "image/image.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <memory>
#include <vector>

namespace nixbuild::image {

// What may say a layer's digest.
enum class DigestTrust {
  remembered, // an earlier run, or whoever built the image
  bytes,      // nothing but the bytes: one of the others turned out to be wrong
};

// The digests of `contents`, in their order: from `cache` where it knows them and is trusted, else
// by producing the bytes once, several layers at a time on all cores, which the cache then
// remembers.
[[nodiscard]] std::vector<LayerDigest>
digest_layers(const std::vector<std::shared_ptr<const LayerContent>>& contents, DigestCache& cache,
              progress::Reporter& reporter, const CancelToken& cancel,
              DigestTrust trust = DigestTrust::remembered);

// Uncompressed OCI layers of `contents` and their digests, which are equally many.
[[nodiscard]] std::vector<Layer>
plain_layers(std::vector<std::shared_ptr<const LayerContent>> contents,
             const std::vector<LayerDigest>& digests);

} // namespace nixbuild::image
