#include "plugin/compose_command.hpp"

#include "plugin/compose_arguments.hpp"
#include "plugin/compose_images.hpp"
#include "plugin/compose_watch.hpp"
#include "plugin/display.hpp"
#include "plugin/plugin_program.hpp"
#include "plugin/provider_command.hpp"

namespace nixbuild::plugin {

namespace {

using Words = std::vector<std::string>;

// Returns what tells providers that they have nothing left to do.
std::string build_images(const Words& program, const ComposeArguments& arguments,
                         const Invocation& invocation, World& world) {
  const ComposeImages images = compose_images(program, arguments, invocation, world);
  if (images.requests.empty()) return {};
  with_display(progress_of(arguments), progress::Activity::building, invocation.docker, world,
               [&](pipeline::World& inner) {
                 return world.build_all(images.requests, inner, world.cancel);
               });
  return images.services;
}

} // namespace

int run_compose(const Words& arguments, const Invocation& invocation, World& world) {
  if (is_provider_call(arguments, invocation.standalone)) return run_provider(arguments, world);
  const Words program = plugin_program("compose", invocation.docker, world.environment);
  const ComposeArguments parsed = parse_compose_arguments(arguments);
  if (parsed.watch || parsed.recreate)
    return compose_whenever_files_change(program, parsed, invocation, world);
  process::Command command{.argv = program};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  if (parsed.needs_images && !parsed.dry_run) {
    const std::string built = build_images(program, parsed, invocation, world);
    if (!built.empty()) command.environment[built_services_variable] = built;
  }
  world.cancel.throw_if_cancelled();
  return world.hand_over(command);
}

} // namespace nixbuild::plugin
