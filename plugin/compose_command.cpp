#include "plugin/compose_command.hpp"

#include "compose/project.hpp"
#include "plugin/ask_compose.hpp"
#include "plugin/compose_arguments.hpp"
#include "plugin/display.hpp"
#include "plugin/plugin_program.hpp"
#include "plugin/provider_command.hpp"
#include "plugin/service_requests.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace nixbuild::plugin {

namespace {

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

void refuse_standard_input(const ComposeArguments& arguments) {
  if (std::ranges::find(arguments.place.files, "-") == arguments.place.files.end()) return;
  throw Error(ErrorKind::invalid_input,
              "the Compose file cannot come from standard input: it is read twice")
      .with_hint("write it to a file and name that with -f");
}

compose::Project project_of(Words program, const ComposeArguments& arguments, World& world) {
  append(program, arguments.global);
  return ask_compose(program, arguments.knows_services ? arguments.services : Words(), world);
}

std::vector<compose::NixService> needed_services(compose::Project project,
                                                 const ComposeArguments& arguments) {
  if (arguments.without_dependencies && arguments.knows_services && !arguments.services.empty()) {
    std::erase_if(project.services, [&](const compose::NixService& service) {
      return std::ranges::find(arguments.services, service.name) == arguments.services.end();
    });
  }
  return std::move(project.services);
}

progress::Mode progress_of(const ComposeArguments& arguments) {
  const std::string text = arguments.progress.value_or("auto");
  if (text == "json") return progress::Mode::rawjson;
  return progress::parse_mode(text).value_or(progress::Mode::automatic);
}

std::string listed(const std::string& project, const std::vector<compose::NixService>& services) {
  std::string text;
  for (const compose::NixService& service : services)
    text += format("{}{}/{}", text.empty() ? "" : ",", project, service.name);
  return text;
}

// Returns what tells providers that they have nothing left to do.
std::string build_images(const Words& program, const ComposeArguments& arguments,
                         const Invocation& invocation, World& world) {
  refuse_standard_input(arguments);
  compose::Project project = project_of(program, arguments, world);
  const std::string name = project.name;
  const auto services = needed_services(std::move(project), arguments);
  if (services.empty()) return {};
  const auto folder = compose::project_directory(arguments.place, world.environment,
                                                 std::filesystem::current_path());
  const auto requests = service_requests(services, folder, invocation.docker, world.environment);
  with_display(
      progress_of(arguments), progress::Activity::building, invocation.docker, world,
      [&](pipeline::World& inner) { return world.build_all(requests, inner, world.cancel); });
  return listed(name, services);
}

} // namespace

int run_compose(const Words& arguments, const Invocation& invocation, World& world) {
  if (is_provider_call(arguments, invocation.standalone)) return run_provider(arguments, world);
  const Words program = plugin_program("compose", invocation.docker, world.environment);
  const ComposeArguments parsed = parse_compose_arguments(arguments);
  process::Command command{.argv = program};
  append(command.argv, arguments);
  if (parsed.needs_images && !parsed.dry_run) {
    const std::string built = build_images(program, parsed, invocation, world);
    if (!built.empty()) command.environment[built_services_variable] = built;
  }
  world.cancel.throw_if_cancelled();
  return world.hand_over(command);
}

} // namespace nixbuild::plugin
