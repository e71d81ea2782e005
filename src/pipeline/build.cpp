#include "pipeline/build.hpp"

#include "pipeline/gc_root.hpp"

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

fs::path build(const BuildRequest& request, const oci::Platform& platform, World& world,
               const CancelToken& cancel) {
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  if (const auto* built = std::get_if<nix::BuiltFile>(&installable)) return built->path;

  nix::Nix nix(world.processes, world.environment);
  const std::string system = nix::system_of(platform);
  const nix::Evaluation evaluation =
      nix.evaluate(installable, system, request.nix, world.reporter, cancel);
  const fs::path root = request.out_link ? fs::absolute(*request.out_link)
                                         : gc_root_link(installable, system, world.environment);
  return nix.realise(evaluation.derivation, evaluation.output, root, request.nix, world.reporter,
                     cancel);
}

BuildPlan plan_build(const BuildRequest& request, const oci::Platform& platform, World& world,
                     const CancelToken& cancel) {
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  BuildPlan plan{.platform = platform, .installable = nix::to_string(installable)};
  if (std::holds_alternative<nix::BuiltFile>(installable)) return plan;

  nix::Nix nix(world.processes, world.environment);
  const nix::Evaluation evaluation =
      nix.evaluate(installable, nix::system_of(platform), request.nix, world.reporter, cancel);
  plan.attribute = evaluation.attribute;
  plan.derivation = evaluation.derivation;
  plan.work =
      nix.what_would_be_built(evaluation.derivation, evaluation.output, request.nix, cancel);
  return plan;
}

} // namespace nixbuild::pipeline
