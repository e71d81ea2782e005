#include "pipeline/run_all.hpp"

#include "pipeline/load_turns.hpp"
#include "pipeline/run.hpp"
#include "pipeline/side_by_side.hpp"

#include <algorithm>

namespace nixbuild::pipeline {

namespace {

// Each evaluates, which takes memory; more at a time would not be faster.
constexpr std::size_t most_at_a_time = 8;

} // namespace

std::vector<BuildReport> run_all(const std::vector<NamedRequest>& requests, World& world,
                                 const CancelToken& cancel) {
  std::vector<BuildReport> reports(requests.size());
  std::vector<Branch> branches;
  branches.reserve(requests.size());
  for (std::size_t index = 0; index < requests.size(); ++index)
    branches.push_back(
        {.name = requests[index].name, .work = [&, index](World& own, const CancelToken& stop) {
           reports[index] = run(requests[index].request, own, stop);
         }});
  const bool keep_going = std::ranges::all_of(
      requests, [](const NamedRequest& one) { return one.request.nix.keep_going; });
  LoadTurns turns;
  World shared{world.environment, world.processes,       world.reporter,
               world.web,         world.standard_output, &turns};
  side_by_side(branches, most_at_a_time, keep_going, "building", shared, cancel);
  return reports;
}

} // namespace nixbuild::pipeline
