#pragma once

#include "process/runner.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::nix {

// A folder in a git work tree.
struct GitState {
  std::string folder; // absolute, without links
  std::string commit; // that is checked out; empty before the first one
  bool has_changes = false;
};

// Of a flake that is named by a path without a query (".", "../x", "/x"). Nothing when it is named
// otherwise, is in no git tree, or git is told by the environment to look elsewhere or fails.
// Throws an Error of kind cancelled.
[[nodiscard]] std::optional<GitState> git_state(process::Runner& runner,
                                                const Environment& environment,
                                                const std::string& flake,
                                                const CancelToken& cancel);

// Whether git knows the file `name`, told from the top of the tree that `folder` is in. Throws an
// Error of kind cancelled.
[[nodiscard]] bool is_tracked(process::Runner& runner, const std::string& folder,
                              const std::string& name, const CancelToken& cancel);

// The commit and whether there are changes, of `git status --porcelain=v2 --branch`. Nothing when
// it is not understood.
[[nodiscard]] std::optional<GitState> parse_git_status(std::string_view text);

} // namespace nixbuild::nix
