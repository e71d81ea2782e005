#include "pipeline/build.hpp"

#include "image/docker_tools_image.hpp"
#include "pipeline/directories.hpp"
#include "pipeline/foreign_build.hpp"
#include "pipeline/gc_root.hpp"

#include <utility>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

// Which derivation's which output is to be realised.
struct Wanted {
  std::string derivation;
  std::string output;
};

Wanted image_of(const nix::Evaluation& evaluation) {
  return {.derivation = evaluation.derivation, .output = evaluation.output};
}

Wanted shortest_way_to_image(const nix::Evaluation& evaluation) {
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

} // namespace

Artifact build(const BuildRequest& request, const oci::Platform& platform, World& world,
               const CancelToken& cancel) {
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  if (const auto* built = std::get_if<nix::BuiltFile>(&installable)) return {.path = built->path};

  nix::Nix nix(world.processes, world.environment, evaluation_memory_file(world.environment));
  const std::string system = nix::system_of(platform);
  const nix::Evaluation evaluation =
      nix.evaluate(installable, system, request.nix, world.reporter, cancel);
  const fs::path root = request.out_link ? fs::absolute(*request.out_link)
                                         : gc_root_link(installable, system, world.environment);
  const auto realise = [&](const Wanted& wanted) {
    return nix.realise(wanted.derivation, wanted.output, root, request.nix, world.reporter, cancel);
  };
  Wanted wanted = shortest_way_to_image(evaluation);
  if (evaluation.system == system) {
    require_builder_for(platform, wanted.derivation, wanted.output, request, nix, world, cancel);
  }
  fs::path path = realise(wanted);
  // An attribute may be called "conf" and be something else.
  if (!evaluation.conf.empty() && !image::is_docker_tools_conf(path)) {
    wanted = image_of(evaluation);
    path = realise(wanted);
  }
  if (request.check)
    nix.rebuild(wanted.derivation, wanted.output, request.nix, world.reporter, cancel);
  return artifact_of(std::move(path), evaluation);
}

BuildPlan plan_build(const BuildRequest& request, const oci::Platform& platform, World& world,
                     const CancelToken& cancel) {
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  BuildPlan plan{.platform = platform, .installable = nix::to_string(installable)};
  if (std::holds_alternative<nix::BuiltFile>(installable)) return plan;

  nix::Nix nix(world.processes, world.environment, evaluation_memory_file(world.environment));
  const nix::Evaluation evaluation =
      nix.evaluate(installable, nix::system_of(platform), request.nix, world.reporter, cancel);
  plan.attribute = evaluation.attribute;
  const Wanted wanted = shortest_way_to_image(evaluation);
  plan.derivation = wanted.derivation;
  plan.work = nix.what_would_be_built(wanted.derivation, wanted.output, request.nix, cancel);
  return plan;
}

} // namespace nixbuild::pipeline
