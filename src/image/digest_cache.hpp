#pragma once

#include "oci/digest.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace nixbuild::image {

// Of a layer's uncompressed tar.
struct LayerDigest {
  oci::Digest diff_id;
  std::uint64_t size = 0;
  bool operator==(const LayerDigest&) const = default;
};

// Remembers the digests of layers from run to run, so that a layer whose store paths did not
// change is never read again. Shared by concurrent runs; a damaged or unwritable file costs time,
// never correctness. Thread-safe.
//
// The file holds one line a fact, appended in one write each:
//   "<key: 64 hex> <diff ID: 64 hex> <size> <first 8 hex of the SHA-256 of what precedes>\n"
// The last line of a key counts; size "-" says that the key is forgotten.
class DigestCache {
public:
  explicit DigestCache(std::filesystem::path file);

  // `identity` is everything that determines a layer's bytes (LayerContent::identity).
  [[nodiscard]] std::optional<LayerDigest> find(const std::string& identity) const;
  void remember(const std::string& identity, const LayerDigest& digest);
  void forget(const std::string& identity);

private:
  void append(const std::string& line) noexcept;

  std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<oci::Digest, LayerDigest> entries_; // by the digest of the identity
};

} // namespace nixbuild::image
