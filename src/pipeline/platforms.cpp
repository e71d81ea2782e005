#include "pipeline/platforms.hpp"

#include "nix/installable.hpp"
#include "nix/nix.hpp"
#include "oci/platform_match.hpp"
#include "support/error.hpp"

namespace nixbuild::pipeline {

namespace {

std::vector<oci::Platform> offered(const BuildRequest& request, World& world,
                                   const CancelToken& cancel) {
  nix::Nix nix(world.processes, world.environment);
  std::vector<oci::Platform> platforms;
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  for (const std::string& system :
       nix.offered_systems(installable, request.nix, world.reporter, cancel))
    if (const auto platform = nix::platform_of(system)) platforms.push_back(*platform);
  if (!platforms.empty()) return platforms;
  throw Error(ErrorKind::not_found,
              "the flake has " + nix::to_string(installable) + " for no Linux system")
      .with_hint("Images are for Linux: add x86_64-linux or aarch64-linux to its systems.");
}

} // namespace

std::vector<oci::Platform> platforms_of(const BuildRequest& request, const oci::Platform& otherwise,
                                        World& world, const CancelToken& cancel) {
  if (request.all_platforms) return offered(request, world, cancel);
  if (request.platforms.empty()) return {otherwise};
  return request.platforms;
}

std::optional<oci::Platform> best_platform(const std::vector<oci::Platform>& platforms,
                                           const oci::Platform& wanted) {
  std::optional<oci::Platform> best;
  std::optional<int> least;
  for (const oci::Platform& platform : platforms) {
    const auto distance = oci::platform_distance(wanted, platform);
    if (!distance || (least && *least <= *distance)) continue;
    least = distance;
    best = platform;
  }
  return best;
}

std::string listed(const std::vector<oci::Platform>& platforms) {
  std::string text;
  for (const oci::Platform& platform : platforms)
    text += (text.empty() ? "" : ", ") + platform.str();
  return text;
}

} // namespace nixbuild::pipeline
