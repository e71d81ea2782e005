#include "plugin/load_command.hpp"

#include "plugin/archive_input.hpp"
#include "plugin/display.hpp"
#include "plugin/platform_options.hpp"
#include "plugin/results.hpp"
#include "support/error.hpp"

namespace nixbuild::plugin {

int run_load(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const progress::Mode mode = progress_mode_of(options);
  pipeline::LoadRequest request{
      .docker = docker, .archive = {}, .platform = platform_of(options, "load")};
  if (options.is_on("debug")) request.docker.debug = true;
  const ArchiveInput input = ArchiveInput::open(options.value("input"), world.standard_input,
                                                world.environment, world.cancel);
  request.archive = input.path();
  const auto load = [&](pipeline::World& inner) {
    try {
      return world.load(request, inner, world.cancel);
    } catch (const Error& error) {
      throw input.renamed(error);
    }
  };
  const pipeline::BuildReport report =
      with_display(mode, progress::Activity::loading, request.docker, world, load);
  // --quiet keeps these lines, as docker load's does.
  print_results(report, Results::names, world.out);
  return 0;
}

} // namespace nixbuild::plugin
