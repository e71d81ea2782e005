#include "pipeline/build_platforms.hpp"

#include "nix/nix.hpp"
#include "pipeline/build.hpp"
#include "progress/prefixed_reporter.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace nixbuild::pipeline {

namespace {

// A build for one platform beside others.
struct Branch {
  oci::Platform platform;
  std::optional<Artifact> artifact;
  std::optional<Error> failure;
};

BuildRequest request_for(const BuildRequest& request, const oci::Platform& platform) {
  BuildRequest one = request;
  // One link cannot lead to several results.
  if (one.out_link) *one.out_link += "-" + nix::system_of(platform);
  return one;
}

void run(Branch& branch, const BuildRequest& request, World& world, const CancelToken& cancel) {
  progress::PrefixedReporter reporter(world.reporter, format("[{}]", branch.platform.str()),
                                      cancel);
  World own{world.environment, world.processes, reporter};
  try {
    branch.artifact = build(request_for(request, branch.platform), branch.platform, own, cancel);
  } catch (const Error& error) {
    branch.failure = error;
  } catch (const std::exception& error) {
    branch.failure = Error(ErrorKind::internal, error.what());
  }
}

// The failure that is not only what stopping the others led to.
Branch* first_cause(std::vector<Branch>& branches) {
  Branch* first = nullptr;
  for (Branch& branch : branches) {
    if (!branch.failure) continue;
    if (branch.failure->kind() != ErrorKind::cancelled) return &branch;
    if (first == nullptr) first = &branch;
  }
  return first;
}

void tell_other_failures(const std::vector<Branch>& branches, const Branch& told, World& world) {
  for (const Branch& branch : branches) {
    if (!branch.failure || &branch == &told || branch.failure->kind() == ErrorKind::cancelled)
      continue;
    progress::notice(world.reporter, progress::Notice::Level::warning,
                     format("{} failed too: {}", branch.platform.str(), branch.failure->message()));
  }
}

} // namespace

std::vector<PlatformArtifact> build_platforms(const BuildRequest& request,
                                              const std::vector<oci::Platform>& platforms,
                                              World& world, const CancelToken& cancel) {
  if (platforms.size() == 1) {
    return {{platforms.front(), build(request, platforms.front(), world, cancel)}};
  }
  const CancelSource stop;
  const auto forward = cancel.on_cancel([&](CancelLevel level) { stop.raise(level); });
  std::vector<Branch> branches;
  branches.reserve(platforms.size());
  for (const oci::Platform& platform : platforms)
    branches.push_back({.platform = platform, .artifact = {}, .failure = {}});
  parallel_for(branches.size(), branches.size(),
               [&](std::size_t index) {
                 run(branches[index], request, world, stop.token());
                 if (branches[index].failure && !request.nix.keep_going)
                   stop.raise(CancelLevel::graceful);
               },
               {});
  if (Branch* failed = first_cause(branches)) {
    tell_other_failures(branches, *failed, world);
    with_frame(format("building for {}", failed->platform.str()),
               [&] { throw *std::move(failed->failure); });
  }
  std::vector<PlatformArtifact> built;
  built.reserve(branches.size());
  for (Branch& branch : branches)
    built.push_back({.platform = branch.platform, .artifact = *std::move(branch.artifact)});
  return built;
}

} // namespace nixbuild::pipeline
