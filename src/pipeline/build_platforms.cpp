#include "pipeline/build_platforms.hpp"

#include "nix/nix.hpp"
#include "pipeline/build.hpp"
#include "pipeline/side_by_side.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace nixbuild::pipeline {

namespace {

// Those who want one platform, by their indexes.
struct PlatformGroup {
  oci::Platform platform;
  std::vector<std::size_t> requests;
};

std::vector<PlatformGroup> by_platform(const std::vector<PlatformsRequest>& requests) {
  std::vector<PlatformGroup> groups;
  for (std::size_t index = 0; index < requests.size(); ++index) {
    for (const oci::Platform& platform : requests[index].platforms) {
      auto group = std::ranges::find(groups, platform, &PlatformGroup::platform);
      if (group == groups.end())
        group = groups.insert(group, {.platform = platform, .requests = {}});
      group->requests.push_back(index);
    }
  }
  return groups;
}

NamedRequest request_for(const PlatformsRequest& request, const oci::Platform& platform) {
  NamedRequest one = request.named;
  // One link cannot lead to several results.
  if (one.request.out_link && request.platforms.size() > 1)
    *one.request.out_link += "-" + nix::system_of(platform);
  return one;
}

std::vector<Artifact> build_group(const PlatformGroup& group,
                                  const std::vector<PlatformsRequest>& requests, World& world,
                                  const CancelToken& cancel) {
  std::vector<NamedRequest> members;
  members.reserve(group.requests.size());
  for (const std::size_t index : group.requests)
    members.push_back(request_for(requests[index], group.platform));
  if (members.size() > 1) return build_together(members, group.platform, world, cancel);
  return {build(members.front().request, group.platform, world, cancel)};
}

} // namespace

std::vector<std::vector<PlatformArtifact>>
build_platforms(const std::vector<PlatformsRequest>& requests, World& world,
                const CancelToken& cancel) {
  const std::vector<PlatformGroup> groups = by_platform(requests);
  std::vector<std::vector<Artifact>> built(groups.size());
  std::vector<Branch> branches;
  branches.reserve(groups.size());
  for (std::size_t index = 0; index < groups.size(); ++index)
    branches.push_back({.name = groups[index].platform.str(),
                        .work = [&, index](World& own, const CancelToken& stop) {
                          built[index] = build_group(groups[index], requests, own, stop);
                        }});
  const bool keep_going = requests.front().named.request.nix.keep_going;
  side_by_side(branches, branches.size(), keep_going, "building for", world, cancel);

  std::vector<std::vector<PlatformArtifact>> artifacts(requests.size());
  for (std::size_t group = 0; group < groups.size(); ++group)
    for (std::size_t at = 0; at < groups[group].requests.size(); ++at)
      artifacts[groups[group].requests[at]].push_back(
          {.platform = groups[group].platform, .artifact = std::move(built[group][at])});
  for (std::size_t index = 0; index < requests.size(); ++index)
    std::ranges::sort(artifacts[index], {}, [&](const PlatformArtifact& one) {
      return std::ranges::find(requests[index].platforms, one.platform) -
             requests[index].platforms.begin();
    });
  return artifacts;
}

} // namespace nixbuild::pipeline
