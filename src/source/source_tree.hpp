#pragma once

#include "oci/digest.hpp"
#include "process/runner.hpp"
#include "source/local_flake.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::source {

struct SourceEntry {
  enum class Type { file, executable, symlink, folder };
  Type type = Type::file;
  std::string path;       // relative to the tree's root, "/" between its parts; raw bytes
  oci::Digest digest;     // of a file's content or of a symlink's target; of nothing for a folder
  std::uint64_t size = 0; // of that content, in bytes
  bool operator==(const SourceEntry&) const = default;
};

// What of a folder belongs to a flake, sorted by path. Folders are listed only when empty.
struct SourceTree {
  std::vector<SourceEntry> entries;
};

// Reads the tree of `flake`: for git the files that are tracked, staged or meant to be added, as
// they are on disk now; else all. Contents are digested on all cores.
// Throws an Error: failed when git cannot list them, corrupt for what is neither a file, a folder
// nor a link.
[[nodiscard]] SourceTree read_source_tree(const LocalFlake& flake, process::Runner& runner,
                                          const CancelToken& cancel);

// One record per entry, "<type> <digest's hex> <size> <path>" and a NUL, where type is f, x, l or
// d.
[[nodiscard]] std::string to_manifest(const SourceTree& tree);

// Reads such a text, which another machine sent. Throws an Error of kind corrupt unless it is what
// to_manifest() writes of some tree: sorted, no path twice, none that leaves the tree or goes
// through a file or link.
[[nodiscard]] SourceTree parse_manifest(std::string_view manifest);

} // namespace nixbuild::source
