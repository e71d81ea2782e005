#include "plugin/inspect_command.hpp"

#include "plugin/build_request.hpp"
#include "plugin/display.hpp"
#include "plugin/format_choice.hpp"
#include "plugin/platform_options.hpp"
#include "support/error.hpp"

namespace nixbuild::plugin {

int run_inspect(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const Form form = form_of(options, "inspect");
  const progress::Mode mode = progress_mode_of(options);
  const auto request = parse_build_request(options, docker, world.environment);
  require_one_platform(request, "inspect");
  if (!request.nodes.empty())
    throw Error(ErrorKind::invalid_input, "inspect builds for one platform, by one builder")
        .with_hint("use --context NAME instead of --builder PLATFORM=NAME");
  const pipeline::Inspection inspection = with_display(
      mode, progress::Activity::building, request.docker, world,
      [&](pipeline::World& inner) { return world.inspect(request, inner, world.cancel); });
  world.out.write(form == Form::json ? inspection_json(inspection)
                                     : inspection_text(inspection, options.is_on("verbose")));
  return 0;
}

} // namespace nixbuild::plugin
