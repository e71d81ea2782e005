#pragma once

#include "archive/stream.hpp"
#include "oci/digest.hpp"
#include "source/source_tree.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::source {

// Source trees that another machine sent, kept so that only what changed is sent again:
//   blobs/<hex>, blobs/<hex>-x   contents by digest, the latter executable; read-only
//   trees/<hex of the list>/files  whole trees; their files are links to the blobs
//   trees/<hex of the list>/list   the pieces of their manifests (split_manifest.hpp), likewise
// Shared by concurrent runs of one user: everything appears under its name in one step.
class SourceCache {
public:
  // Makes the folder, for its owner alone. Throws an Error of kind io or no_space.
  explicit SourceCache(std::filesystem::path folder);

  // Where the trees are. Each is named by its content and does not change.
  [[nodiscard]] std::filesystem::path trees() const { return folder_ / "trees"; }

  // The tree whose list of pieces has this digest, if it is there whole; counts as used now.
  [[nodiscard]] std::optional<std::filesystem::path> find(const oci::Digest& list) const;

  // Entries of `tree`, by index and each content once, whose contents are not here.
  [[nodiscard]] std::vector<std::size_t> missing(const SourceTree& tree) const;

  // Where the contents of those entries are written to, one after the other. It throws an Error:
  // corrupt when one has another digest, no_space, io.
  class Receiver;
  [[nodiscard]] Receiver receiver(const SourceTree& tree,
                                  const std::vector<std::size_t>& entries) const;

  // The content of an entry that is not missing. Throws an Error of kind not_found or corrupt.
  [[nodiscard]] std::string content(const SourceEntry& entry) const;

  // Puts the tree together, and its list beside it; nothing of either may be missing.
  [[nodiscard]] std::filesystem::path assemble(const SourceTree& list,
                                               const SourceTree& tree) const;

  // Removes all but the `keep` trees that were used last, and contents that no tree has
  // any more.
  void prune(std::size_t keep) const;

private:
  [[nodiscard]] std::filesystem::path blob(const SourceEntry& entry) const;
  [[nodiscard]] std::filesystem::path tree_folder(const oci::Digest& list) const;
  void put_together(const SourceTree& tree, const std::filesystem::path& top) const;

  std::filesystem::path folder_;
};

class SourceCache::Receiver final : public archive::Sink {
public:
  Receiver(const SourceCache& cache, const SourceTree& tree, std::vector<std::size_t> entries);
  ~Receiver() override;

  void write(std::span<const std::byte> data) override;
  // Throws an Error of kind corrupt when not everything has come.
  void finish();

private:
  class Arriving;
  void begin_next();
  [[noreturn]] void complain() const;

  const SourceCache& cache_;
  const SourceTree& tree_;
  std::vector<std::size_t> entries_;
  std::size_t next_ = 0;               // in entries_
  std::unique_ptr<Arriving> arriving_; // the entry before that one
};

} // namespace nixbuild::source
