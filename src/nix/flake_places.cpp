#include "nix/flake_places.hpp"

#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::nix {

namespace {

// Outputs that have attributes of their own: after these a dot can only mean what it says.
bool begins_with_an_output(const AttributePath& path) {
  static constexpr std::array outputs{
      "packages",
      "legacyPackages",
      "checks",
      "apps",
      "devShells",
      "defaultPackage",
      "devShell",
      "hydraJobs",
      "bundlers",
      "formatter",
      "nixosConfigurations",
      "homeConfigurations",
      "darwinConfigurations",
      "outputs",
  };
  return path.size() > 1 && std::ranges::find(outputs, path.front()) != outputs.end();
}

} // namespace

std::vector<Place> places(const AttributePath& path, const std::string& system) {
  if (path.empty()) {
    return {{.root = "packages", .path = {system, "default"}, .by_system = true},
            {.root = "defaultPackage", .path = {system}, .by_system = true}};
  }
  AttributePath with_system{system};
  with_system.insert(with_system.end(), path.begin(), path.end());
  const Place as_written{
      .root = path.front(), .path = {path.begin() + 1, path.end()}, .by_system = false};
  const std::vector<Place> searched{
      {.root = "packages", .path = with_system, .by_system = true},
      {.root = "legacyPackages", .path = with_system, .by_system = true}};
  if (begins_with_an_output(path)) return {as_written, searched[0], searched[1]};
  return {searched[0], searched[1], as_written};
}

AttributePath full_path(const Place& place) {
  AttributePath full{place.root};
  full.insert(full.end(), place.path.begin(), place.path.end());
  return full;
}

std::string target(const FlakeAttribute& flake, const Place& place) {
  return format("{}#{}", flake.flake, to_fragment({place.root}));
}

} // namespace nixbuild::nix
