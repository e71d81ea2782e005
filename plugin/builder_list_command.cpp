#include "plugin/builder_commands.hpp"
#include "plugin/display.hpp"
#include "plugin/format_choice.hpp"

namespace nixbuild::plugin {

int run_builder_list(const ParsedOptions& options, const context::GlobalFlags& docker,
                     World& world) {
  const Form form = form_of(options, "builder ls");
  const auto states = without_display(world, [&](pipeline::World& inner) {
    return pipeline::list_builders(docker, inner, world.cancel);
  });
  world.out.write(form == Form::json ? builders_json(states) : builders_text(states));
  return 0;
}

} // namespace nixbuild::plugin
