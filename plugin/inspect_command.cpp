#include "plugin/inspect_command.hpp"

#include "plugin/build_request.hpp"
#include "plugin/display.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

int run_inspect(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const std::string form = options.value("format").value_or("");
  if (!form.empty() && form != "json")
    throw Error(ErrorKind::invalid_input, format("inspect cannot print in the format \"{}\"", form))
        .with_hint("use --format json, or none for the form for people");
  const progress::Mode mode = progress_mode_of(options);
  const auto request = parse_build_request(options, docker, world.environment);
  const pipeline::Inspection inspection = with_display(
      mode, progress::Activity::building, request.docker, world,
      [&](pipeline::World& inner) { return world.inspect(request, inner, world.cancel); });
  world.out.write(form == "json" ? inspection_json(inspection)
                                 : inspection_text(inspection, options.is_on("verbose")));
  return 0;
}

} // namespace nixbuild::plugin
