#include "pipeline/build_platforms.hpp"

#include "nix/nix.hpp"
#include "pipeline/build.hpp"
#include "pipeline/side_by_side.hpp"

#include <optional>
#include <utility>

namespace nixbuild::pipeline {

namespace {

BuildRequest request_for(const BuildRequest& request, const oci::Platform& platform) {
  BuildRequest one = request;
  // One link cannot lead to several results.
  if (one.out_link) *one.out_link += "-" + nix::system_of(platform);
  return one;
}

} // namespace

std::vector<PlatformArtifact> build_platforms(const BuildRequest& request,
                                              const std::vector<oci::Platform>& platforms,
                                              World& world, const CancelToken& cancel) {
  if (platforms.size() == 1) {
    return {{platforms.front(), build(request, platforms.front(), world, cancel)}};
  }
  std::vector<std::optional<Artifact>> artifacts(platforms.size());
  std::vector<Branch> branches;
  branches.reserve(platforms.size());
  for (std::size_t index = 0; index < platforms.size(); ++index) {
    const oci::Platform& platform = platforms[index];
    branches.push_back(
        {.name = platform.str(), .work = [&, index](World& own, const CancelToken& stop) {
           artifacts[index] = build(request_for(request, platform), platform, own, stop);
         }});
  }
  side_by_side(branches, branches.size(), request.nix.keep_going, "building for", world, cancel);
  std::vector<PlatformArtifact> built;
  built.reserve(platforms.size());
  for (std::size_t index = 0; index < platforms.size(); ++index)
    built.push_back({.platform = platforms[index], .artifact = *std::move(artifacts[index])});
  return built;
}

} // namespace nixbuild::pipeline
