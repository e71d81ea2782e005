#include "pipeline/build.hpp"

#include "image/docker_tools_image.hpp"
#include "pipeline/cache_session.hpp"
#include "pipeline/directories.hpp"
#include "pipeline/foreign_build.hpp"
#include "pipeline/gc_root.hpp"
#include "pipeline/side_by_side.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

nix::Realisable image_of(const nix::Evaluation& evaluation) {
  return {.derivation = evaluation.derivation, .output = evaluation.output};
}

nix::Realisable shortest_way_to_image(const nix::Evaluation& evaluation) {
  if (evaluation.conf.empty()) return image_of(evaluation);
  return {.derivation = evaluation.conf, .output = "out"};
}

Artifact artifact_of(fs::path path, const nix::Evaluation& evaluation) {
  return {.path = std::move(path),
          .image_name = evaluation.image_name,
          .image_tag = evaluation.image_tag,
          .package = evaluation.package,
          .main_program = evaluation.main_program,
          .attribute = evaluation.attribute,
          .derivation = evaluation.derivation};
}

BuildRequest with_options(BuildRequest request, const nix::Options& options) {
  request.nix = options;
  return request;
}

nix::Nix nix_of(World& world) {
  return {world.processes, world.environment, evaluation_memory_file(world.environment)};
}

nix::Realisable wanted_of(const BuildRequest& request, const nix::Evaluation& evaluation) {
  return request.caches.only ? image_of(evaluation) : shortest_way_to_image(evaluation);
}

void require_builder(const BuildRequest& request, const nix::Evaluation& evaluation,
                     const oci::Platform& platform, World& world, const CancelToken& cancel) {
  if (evaluation.system != nix::system_of(platform)) return;
  const nix::Realisable wanted = wanted_of(request, evaluation);
  nix::Nix nix = nix_of(world);
  require_builder_for(platform, wanted.derivation, wanted.output, request, nix, world, cancel);
}

// What `evaluation` told is to be built for `request`.
Artifact realise(const BuildRequest& request, const nix::Installable& installable,
                 const nix::Evaluation& evaluation, const oci::Platform& platform, World& world,
                 const CancelToken& cancel) {
  nix::Nix nix = nix_of(world);
  const fs::path root =
      request.out_link ? fs::absolute(*request.out_link)
                       : gc_root_link(installable, nix::system_of(platform), world.environment);
  const auto realise_one = [&](const nix::Realisable& wanted) {
    return nix.realise(wanted.derivation, wanted.output, root, request.nix, world.reporter, cancel);
  };
  nix::Realisable wanted = wanted_of(request, evaluation);
  fs::path path = realise_one(wanted);
  // An attribute may be called "conf" and be something else.
  if (!request.caches.only && !evaluation.conf.empty() && !image::is_docker_tools_conf(path)) {
    wanted = image_of(evaluation);
    path = realise_one(wanted);
  }
  if (request.check)
    nix.rebuild(wanted.derivation, wanted.output, request.nix, world.reporter, cancel);
  return artifact_of(std::move(path), evaluation);
}

// Where it finds a failure it leaves the telling to the evaluation of that attribute alone.
std::vector<std::optional<nix::Evaluation>>
evaluate_together(const std::vector<NamedRequest>& requests, const std::string& system,
                  World& world, const CancelToken& cancel) {
  std::vector<nix::FlakeAttribute> flakes;
  flakes.reserve(requests.size());
  for (const auto& [name, request] : requests)
    flakes.push_back(
        std::get<nix::FlakeAttribute>(nix::parse_installable(request.installable, request.nix)));
  return nix_of(world).evaluate_together(flakes, system, requests.front().request.nix,
                                         world.reporter, cancel);
}

// In one run; all have been evaluated.
void realise_together(const std::vector<NamedRequest>& requests,
                      const std::vector<std::optional<nix::Evaluation>>& evaluations, World& world,
                      const CancelToken& cancel) {
  std::vector<nix::Realisable> wanted;
  wanted.reserve(requests.size());
  for (std::size_t index = 0; index < requests.size(); ++index)
    wanted.push_back(wanted_of(requests[index].request, *evaluations[index]));
  try {
    nix_of(world).realise_together(wanted, requests.front().request.nix, world.reporter, cancel);
  } catch (nix::FailureOfSome& failure) {
    std::vector<std::string> names;
    names.reserve(failure.some().size());
    for (const std::size_t index : failure.some())
      names.push_back(requests[index].name);
    failure.add_frame(format("building {}", fmt::join(names, ", ")));
    throw;
  }
}

} // namespace

Artifact build(const BuildRequest& asked, const oci::Platform& platform, World& world,
               const CancelToken& cancel) {
  const CacheSession caches(asked.nix, world.environment);
  const BuildRequest request = with_options(asked, caches.options());
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  if (const auto* built = std::get_if<nix::BuiltFile>(&installable)) return {.path = built->path};

  const nix::Evaluation evaluation = nix_of(world).evaluate(installable, nix::system_of(platform),
                                                            request.nix, world.reporter, cancel);
  require_builder(request, evaluation, platform, world, cancel);
  return realise(request, installable, evaluation, platform, world, cancel);
}

std::vector<Artifact> build_together(const std::vector<NamedRequest>& asked,
                                     const oci::Platform& platform, World& world,
                                     const CancelToken& cancel) {
  // Their options are the same.
  const CacheSession caches(asked.front().request.nix, world.environment);
  std::vector<NamedRequest> requests = asked;
  for (auto& [name, request] : requests)
    request = with_options(std::move(request), caches.options());
  const auto evaluations = evaluate_together(requests, nix::system_of(platform), world, cancel);
  const bool all_known = std::ranges::all_of(
      evaluations, [](const auto& evaluation) { return evaluation.has_value(); });
  for (std::size_t index = 0; index < requests.size(); ++index)
    if (evaluations[index])
      with_frame(format("building {}", requests[index].name), [&] {
        require_builder(requests[index].request, *evaluations[index], platform, world, cancel);
      });
  if (all_known) realise_together(requests, evaluations, world, cancel);
  std::vector<Artifact> artifacts(requests.size());
  side_by_side(
      requests,
      [&](std::size_t index, World& own, const CancelToken& stop) {
        const BuildRequest& request = requests[index].request;
        if (!evaluations[index]) {
          artifacts[index] = build(asked[index].request, platform, own, stop);
          return;
        }
        artifacts[index] =
            realise(request, nix::parse_installable(request.installable, request.nix),
                    *evaluations[index], platform, own, stop);
      },
      world, cancel);
  return artifacts;
}

BuildPlan plan_build(const BuildRequest& request, const oci::Platform& platform, World& world,
                     const CancelToken& cancel) {
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  BuildPlan plan{.platform = platform, .installable = nix::to_string(installable)};
  if (std::holds_alternative<nix::BuiltFile>(installable)) return plan;

  nix::Nix nix = nix_of(world);
  const CacheSession caches(request.nix, world.environment);
  const nix::Evaluation evaluation =
      nix.evaluate(installable, nix::system_of(platform), caches.options(), world.reporter, cancel);
  plan.attribute = evaluation.attribute;
  const nix::Realisable wanted = shortest_way_to_image(evaluation);
  plan.derivation = wanted.derivation;
  plan.work = nix.what_would_be_built(wanted.derivation, wanted.output, caches.options(), cancel);
  return plan;
}

} // namespace nixbuild::pipeline
