#pragma once

#include "oci/digest.hpp"
#include "support/fact_file.hpp"

#include <cstdint>
#include <filesystem>
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
// A FactFile: its keys are the digests of identities (64 hex digits), its values
// "<diff ID: 64 hex digits> <size>".
class DigestCache {
public:
  // Some 100,000 layers.
  static constexpr std::size_t file_limit = std::size_t{16} << 20U;

  explicit DigestCache(std::filesystem::path file);

  // `identity` is everything that determines a layer's bytes (LayerContent::identity).
  [[nodiscard]] std::optional<LayerDigest> find(const std::string& identity) const;
  void remember(const std::string& identity, const LayerDigest& digest);
  void forget(const std::string& identity);

  // Drops all but the `most` digests that were remembered last; rewrite() makes it so in the file.
  FactFile::Excess prune(std::size_t most);
  void rewrite() const { facts_.rewrite(); }

private:
  mutable std::mutex mutex_;
  FactFile facts_;
};

} // namespace nixbuild::image
