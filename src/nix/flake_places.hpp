#pragma once

#include "nix/attribute_path.hpp"
#include "nix/installable.hpp"

#include <string>
#include <vector>

namespace nixbuild::nix {

// One place where an attribute may be: `root` is an output of the flake, evaluated as a whole, so
// that one evaluation also tells what is there instead; `path` is looked up in it.
struct Place {
  std::string root;
  AttributePath path;
  bool by_system; // path begins with the system
};

// Where the attribute `path` of a flake may be for `system`: in the order in which `nix build`
// looks, except that a full path is believed at once.
[[nodiscard]] std::vector<Place> places(const AttributePath& path, const std::string& system);

[[nodiscard]] AttributePath full_path(const Place& place);

// `place.root` of `flake`, as `nix eval` is told it.
[[nodiscard]] std::string target(const FlakeAttribute& flake, const Place& place);

} // namespace nixbuild::nix
