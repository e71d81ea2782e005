#pragma once

#include "nix/installable.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::pipeline {

// What stands between a flake's git work tree and its commit, where caches are mostly filled from.
struct DirtyTree {
  std::size_t changed = 0;   // tracked files, which Nix sees as they are now
  std::size_t untracked = 0; // files that Nix does not see
  // Whether the commit has another derivation: its sources' content alone counts, unless it uses
  // self.rev, self.lastModified or the like. Nothing when that cannot be told.
  std::optional<bool> other_derivation = {};
};

// Counts in what `git status --porcelain=v1 -z` prints.
[[nodiscard]] DirtyTree parse_status(std::string_view text);

// Says once for each tree with changes, as a notice, that caches which one of `requests` asks for
// may have something else than what is built of it. Evaluates nothing. Throws an Error of kind
// cancelled.
void tell_of_dirty_trees(const std::vector<std::reference_wrapper<const BuildRequest>>& requests,
                         World& world, const CancelToken& cancel);

// Of the flake in this folder, or another on this machine, that `installable` is of; evaluates it
// once more if there are changes. `derivation` is the one of the tree as it is. Nothing for a tree
// without changes or what is none. Throws an Error of kind cancelled.
[[nodiscard]] std::optional<DirtyTree> dirty_tree(const nix::Installable& installable,
                                                  const std::string& system,
                                                  const std::string& derivation,
                                                  const BuildRequest& request, World& world,
                                                  const CancelToken& cancel);

} // namespace nixbuild::pipeline
