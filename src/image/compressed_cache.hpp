#pragma once

#include "oci/digest.hpp"
#include "support/fact_file.hpp"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace nixbuild::image {

// Of a layer as an encoder made it.
struct CompressedDigest {
  oci::Digest digest;
  std::uint64_t size = 0;
  bool operator==(const CompressedDigest&) const = default;
};

// Remembers from run to run what layers become when they are compressed, so that a registry can be
// asked for them before anything is compressed, and where they were pushed. Shared by concurrent
// runs; a damaged or unwritable file costs time, never correctness. Thread-safe.
//
// A FactFile. Its keys are SHA-256 digests (64 hex digits), with these values:
//   of "<diff ID>\n<encoder>"      "<digest: 64 hex digits> <size>"
//   of "<registry>\n<digest>"      "in <path of a repository>"
class CompressedCache {
public:
  // Some 100,000 layers.
  static constexpr std::size_t file_limit = std::size_t{16} << 20U;

  explicit CompressedCache(std::filesystem::path file);

  // `encoder` is archive::encoder_identity of what compresses it.
  [[nodiscard]] std::optional<CompressedDigest> find(const oci::Digest& diff_id,
                                                     const std::string& encoder) const;
  void remember(const oci::Digest& diff_id, const std::string& encoder,
                const CompressedDigest& digest);
  void forget(const oci::Digest& diff_id, const std::string& encoder);

  // The path of a repository of `registry` that the blob was pushed to.
  [[nodiscard]] std::optional<std::string> repository(const std::string& registry,
                                                      const oci::Digest& blob) const;
  void remember_repository(const std::string& registry, const oci::Digest& blob,
                           const std::string& path);

  // Drops all but the `most` facts that were remembered last; rewrite() makes it so in the file.
  FactFile::Excess prune(std::size_t most);
  void rewrite() const { facts_.rewrite(); }

private:
  mutable std::mutex mutex_;
  FactFile facts_;
};

} // namespace nixbuild::image
