#include "pipeline/build.hpp"

#include "pipeline/gc_root.hpp"

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

std::optional<fs::path> build(const BuildRequest& request, const oci::Platform& platform,
                              World& world, const CancelToken& cancel) {
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  if (const auto* built = std::get_if<nix::BuiltFile>(&installable)) return built->path;

  nix::Nix nix(world.processes, world.environment);
  const std::string system = nix::system_of(platform);
  const nix::Evaluation evaluation =
      nix.evaluate(installable, system, request.nix, world.reporter, cancel);
  if (request.dry_run) return std::nullopt;

  const fs::path root = request.out_link ? fs::absolute(*request.out_link)
                                         : gc_root_link(installable, system, world.environment);
  return nix.realise(evaluation.derivation, evaluation.output, root, request.nix, world.reporter,
                     cancel);
}

} // namespace nixbuild::pipeline
