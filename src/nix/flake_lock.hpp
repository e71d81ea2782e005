#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::nix {

// What a lock file pins of an input; empty where it does not say.
struct LockedInput {
  std::string node;     // what the lock file calls it
  std::string address;  // "https://github.com/NixOS/nixpkgs", or what type of thing it is
  std::string revision; // a git commit
  std::string nar_hash; // "sha256-…"
};

inline constexpr std::size_t largest_lock_file = std::size_t{16} << 20U;

// The inputs of a flake.lock, in its order, none but those that are locked. Reads versions 5 to 7,
// whose nodes are alike. Throws an Error of kind corrupt.
[[nodiscard]] std::vector<LockedInput> parse_flake_lock(std::string_view text);

} // namespace nixbuild::nix
