#pragma once

#include "process/runner.hpp"
#include "source/local_flake.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::source {

// What a flake may ask about its source beside the files: self.rev, self.shortRev, self.revCount,
// self.lastModified. Nix takes such facts of a `path:` from its parameters (libfetchers/path.cc:
// "fake tree info"), but for self.dirtyRev.
struct TreeFacts {
  std::string revision = {};                        // the commit; empty when there are changes
  std::optional<std::uint64_t> revision_count = {}; // not of shallow repositories
  std::uint64_t last_modified = 0;                  // seconds since 1970
  bool dirty = false;                               // a git work tree with changes

  bool operator==(const TreeFacts&) const = default;
};

// The facts that Nix tells of `flake` where its files are: of a git work tree the time of its
// commit, of a folder its newest change. Throws an Error: failed when git cannot tell, io,
// cancelled.
[[nodiscard]] TreeFacts read_tree_facts(const LocalFlake& flake, process::Runner& runner,
                                        const CancelToken& cancel);

// As a text of one line, without its end; reading throws an Error of kind corrupt.
[[nodiscard]] std::string to_text(const TreeFacts& facts);
[[nodiscard]] TreeFacts parse_tree_facts(std::string_view text);

// The reference to the flake in `subfolder` of a tree with these facts that was put into `folder`.
[[nodiscard]] std::string reference_to_copy(const std::filesystem::path& folder,
                                            const std::string& subfolder, const TreeFacts& facts);

} // namespace nixbuild::source
