#include "pipeline/run_all.hpp"

#include "pipeline/build_here.hpp"
#include "pipeline/caches.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/dirty_tree.hpp"
#include "pipeline/groups.hpp"
#include "pipeline/load_turns.hpp"
#include "pipeline/remotely.hpp"
#include "pipeline/run.hpp"
#include "pipeline/side_by_side.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace nixbuild::pipeline {

namespace {

std::vector<BuildReport> run_group(const std::vector<NamedRequest>& requests, World& world,
                                   const CancelToken& cancel) {
  if (requests.size() == 1) return {run_settled(requests.front().request, world, cancel)};
  Connection connection = connect(requests.front().request.docker, world);
  if (auto reports = build_remotely(requests, connection, {}, world, cancel))
    return *std::move(reports);
  return build_here(requests, connection, world, cancel);
}

} // namespace

std::vector<BuildReport> run_all(const std::vector<NamedRequest>& asked, World& world,
                                 const CancelToken& cancel) {
  std::vector<NamedRequest> requests = asked;
  std::vector<std::reference_wrapper<const BuildRequest>> all;
  all.reserve(asked.size());
  for (const NamedRequest& one : asked)
    all.emplace_back(one.request);
  tell_of_dirty_trees(all, world, cancel);
  for (auto& [name, request] : requests)
    request = with_caches(std::move(request), world, cancel);
  std::vector<BuildReport> reports(requests.size());
  const std::vector<std::vector<std::size_t>> groups = groups_of(requests);
  std::vector<Branch> branches;
  branches.reserve(groups.size());
  for (const std::vector<std::size_t>& group : groups) {
    std::vector<NamedRequest> members;
    members.reserve(group.size());
    for (const std::size_t index : group)
      members.push_back(requests[index]);
    // The members of a group have their names already.
    const std::string name = members.size() == 1 ? members.front().name : "";
    branches.push_back({.name = name,
                        .work = [&reports, group, members = std::move(members)](
                                    World& own, const CancelToken& stop) {
                          auto built = run_group(members, own, stop);
                          for (std::size_t at = 0; at < group.size(); ++at)
                            reports[group[at]] = std::move(built[at]);
                        }});
  }
  const bool keep_going = std::ranges::all_of(
      requests, [](const NamedRequest& one) { return one.request.nix.keep_going; });
  LoadTurns turns;
  World shared = world;
  shared.turns = &turns;
  side_by_side(branches, most_at_a_time, keep_going, "building", shared, cancel);
  return reports;
}

} // namespace nixbuild::pipeline
