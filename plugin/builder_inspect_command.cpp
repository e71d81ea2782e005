#include "plugin/builder_commands.hpp"
#include "plugin/display.hpp"
#include "plugin/format_choice.hpp"
#include "plugin/print_error.hpp"

namespace nixbuild::plugin {

int run_builder_inspect(const ParsedOptions& options, const context::GlobalFlags& docker,
                        World& world) {
  const Form form = form_of(options, "builder inspect");
  const auto name = options.words.empty() ? std::nullopt : std::optional(options.words.front());
  const auto state = without_display(world, [&](pipeline::World& inner) {
    return pipeline::inspect_builder(name, docker, inner, world.cancel);
  });
  world.out.write(form == Form::json ? builder_json(state) : builder_text(state));
  if (!state.error) return 0;
  world.err.write(error_text(*state.error));
  return 1;
}

} // namespace nixbuild::plugin
