#pragma once

#include "nix/closure.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::tests {

// A store path as a test writes it down, referring to others by their place in the list.
struct PathSpec {
  std::string path;
  std::uint64_t nar_size = 1000;
  std::vector<std::size_t> references = {};
};

// Keeps the order of `specs`; the first one is the root.
inline nix::Closure closure_of(const std::vector<PathSpec>& specs) {
  nix::Closure closure;
  for (const PathSpec& spec : specs) {
    closure.paths.push_back({.path = spec.path,
                             .nar_hash = std::string(64, '0'),
                             .nar_size = spec.nar_size,
                             .deriver = {},
                             .references = spec.references});
    std::ranges::sort(closure.paths.back().references);
  }
  if (!specs.empty()) closure.roots = {0};
  return closure;
}

} // namespace nixbuild::tests
