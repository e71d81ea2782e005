#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild::source {

// A flake whose files are on this machine.
struct LocalFlake {
  enum class Kind {
    git,    // a work tree: Nix sees the files that git tracks, as they are on disk
    folder, // `path:`: Nix sees everything
  };
  Kind kind = Kind::folder;
  std::filesystem::path root; // absolute
  std::string subfolder = {}; // of `root`, that flake.nix is in; empty for `root` itself
  bool submodules = false;    // of a git work tree, too
  // It names another revision than the work tree's: only the repository has those files.
  bool other_revision = false;
  // The same flake for Nix wherever `root` is at the same place, with all that was asked of it.
  std::string reference = {};
};

// The local flake that the reference `text` means, as Nix understands it (libflake/flakeref.cc):
// ".", "./x", "/x" and "path:", "git+file:" with "?dir=" and "&submodules=1"; a path inside a git
// work tree is that work tree, and flake.nix is looked for upwards. Nothing for a flake that is
// elsewhere (github:…, a name of the registry). Relative paths begin at `folder`.
// Throws an Error: not_found when there is no flake.nix, invalid_input for a malformed reference.
[[nodiscard]] std::optional<LocalFlake> local_flake(std::string_view text,
                                                    const std::filesystem::path& folder);

// The git work tree that `folder` is in, else the folder itself, as if it were a flake. Throws an
// Error of kind not_found.
[[nodiscard]] LocalFlake tree_around(const std::filesystem::path& folder);

// "path:" of `folder` with parameters, both encoded.
[[nodiscard]] std::string
path_reference(const std::filesystem::path& folder,
               const std::vector<std::pair<std::string, std::string>>& parameters);

} // namespace nixbuild::source
