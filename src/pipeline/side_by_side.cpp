#include "pipeline/side_by_side.hpp"

#include "progress/prefixed_reporter.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace nixbuild::pipeline {

namespace {

using Failures = std::vector<std::optional<Error>>; // of each branch

std::optional<Error> failure_of(const Branch& branch, World& world, const CancelToken& cancel) {
  const std::string prefix = branch.name.empty() ? "" : format("[{}] ", branch.name);
  progress::PrefixedReporter reporter(world.reporter, prefix, cancel);
  World own = world.reporting_to(reporter);
  try {
    cancel.throw_if_cancelled();
    branch.work(own, cancel);
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(ErrorKind::internal, error.what());
  }
}

// The failure that is not only what stopping the others led to.
std::optional<std::size_t> first_cause(const Failures& failures) {
  std::optional<std::size_t> first;
  for (std::size_t index = 0; index < failures.size(); ++index) {
    if (!failures[index]) continue;
    if (failures[index]->kind() != ErrorKind::cancelled) return index;
    if (!first) first = index;
  }
  return first;
}

void tell_other_failures(const std::vector<Branch>& branches, const Failures& failures,
                         std::size_t told, World& world) {
  for (std::size_t index = 0; index < failures.size(); ++index) {
    const auto& failure = failures[index];
    if (!failure || index == told || failure->kind() == ErrorKind::cancelled) continue;
    const std::string& name = branches[index].name;
    progress::notice(world.reporter, progress::Notice::Level::warning,
                     name.empty() ? failure->message()
                                  : format("{} failed too: {}", name, failure->message()));
  }
}

} // namespace

void side_by_side(const std::vector<Branch>& branches, std::size_t most, bool keep_going,
                  std::string_view purpose, World& world, const CancelToken& cancel) {
  if (branches.size() == 1) return branches.front().work(world, cancel);
  const CancelSource stop;
  const auto forward = cancel.on_cancel([&](CancelLevel level) { stop.raise(level); });
  Failures failures(branches.size());
  parallel_for(branches.size(), most,
               [&](std::size_t index) {
                 failures[index] = failure_of(branches[index], world, stop.token());
                 if (failures[index] && !keep_going) stop.raise(CancelLevel::graceful);
               },
               {});
  const auto failed = first_cause(failures);
  if (!failed) return;
  tell_other_failures(branches, failures, *failed, world);
  if (branches[*failed].name.empty()) throw *std::move(failures[*failed]);
  with_frame(format("{} {}", purpose, branches[*failed].name),
             [&] { throw *std::move(failures[*failed]); });
}

void side_by_side(const std::vector<NamedRequest>& requests,
                  const std::function<void(std::size_t, World&, const CancelToken&)>& work,
                  World& world, const CancelToken& cancel) {
  std::vector<Branch> branches;
  branches.reserve(requests.size());
  for (std::size_t index = 0; index < requests.size(); ++index)
    branches.push_back(
        {.name = requests[index].name,
         .work = [&work, index](World& own, const CancelToken& stop) { work(index, own, stop); }});
  const bool keep_going = std::ranges::all_of(
      requests, [](const NamedRequest& one) { return one.request.nix.keep_going; });
  side_by_side(branches, most_at_a_time, keep_going, "building", world, cancel);
}

} // namespace nixbuild::pipeline
