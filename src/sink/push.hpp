#pragma once

#include "archive/compression.hpp"
#include "image/image_set.hpp"
#include "oci/digest.hpp"
#include "oci/reference.hpp"
#include "progress/reporter.hpp"
#include "registry/repository.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nixbuild::sink {

struct PushOptions {
  archive::Compression compression = archive::Compression::gzip;
  // Compress anew layers that came compressed otherwise.
  bool force_compression = false;
  std::map<std::string, std::string> manifest_annotations;
  std::map<std::string, std::string> index_annotations;
  bool by_digest = false; // give no tag to it
  // Remembers what compressed layers have for digests (image/compressed_cache.hpp).
  std::filesystem::path compressed_cache;
};

struct PushReport {
  oci::Digest digest; // of the index, or of the manifest of a single platform without attestations
  std::string media_type;
  std::uint64_t size = 0;           // of that manifest or index
  std::uint64_t uploaded_bytes = 0; // of blobs
};

// Opens the repository of a name; called once for each repository.
using OpenRepository = std::function<std::unique_ptr<registry::Repository>(const oci::Reference&)>;

// Puts `images` under each of `names` (at least one), each with a tag: layers that the repository
// has stay there (known from the manifest under the tag, the memory of compressed layers and HEAD),
// others of the same registry are mounted, the rest is uploaded in parallel; then come the
// manifests, and the index or manifest by its tag last. After an Error the tags are where they
// were. Layer bytes are compared with their digests on the way: a difference is an Error of kind
// corrupt.
PushReport push(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                const PushOptions& options, const OpenRepository& open_repository,
                progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::sink
