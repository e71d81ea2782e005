#include "plugin/invocation.hpp"

#include "plugin/docker_flags.hpp"

#include <algorithm>

namespace nixbuild::plugin {

namespace {

using Arguments = std::span<const std::string>;
constexpr const char* plugin_name = "nixbuild";

std::vector<std::string> copy(Arguments arguments) {
  return {arguments.begin(), arguments.end()};
}

bool is_completion(Arguments arguments) {
  return !arguments.empty() && (arguments[0] == "__complete" || arguments[0] == "__completeNoDesc");
}

// Completion scripts switch descriptions off by the name that they call or by a variable.
bool wants_descriptions(Arguments arguments, const Environment& environment) {
  return arguments[0] == "__complete" && environment.get("DOCKER_COMPLETION_DESCRIPTIONS") != "0" &&
         environment.get("COBRA_COMPLETION_DESCRIPTIONS") != "0";
}

bool is_hook(Arguments words) {
  return !words.empty() && words[0] == "docker-cli-plugin-hooks";
}

// The command line as docker got it: its own flags, then our name, then what is ours.
Invocation of_docker(const DockerFlags& flags, Arguments words) {
  Invocation invocation{.kind = Invocation::Kind::command,
                        .program = "docker nixbuild",
                        .docker = flags.flags,
                        .words = copy(words)};
  if (is_hook(words)) invocation.kind = Invocation::Kind::hook;
  if (flags.version) invocation.kind = Invocation::Kind::version;
  if (flags.help) invocation.kind = Invocation::Kind::help;
  return invocation;
}

Invocation standing_alone(Arguments arguments) {
  Invocation invocation{.program = "docker-nixbuild", .words = copy(arguments), .standalone = true};
  if (arguments.size() == 1 && (arguments[0] == "--version" || arguments[0] == "-v"))
    invocation.kind = Invocation::Kind::version;
  // An old or a foreign CLI may call the hook without its variable.
  if (arguments.size() > 1 && arguments[0] == plugin_name && is_hook(arguments.subspan(1)))
    invocation.kind = Invocation::Kind::hook;
  return invocation;
}

} // namespace

Invocation parse_invocation(Arguments arguments, const Environment& environment) {
  const bool from_docker = environment.get("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND").has_value();
  if (is_completion(arguments)) {
    const bool descriptions = wants_descriptions(arguments, environment);
    Arguments words = arguments.subspan(1);
    if (from_docker && !words.empty() && words[0] == plugin_name) words = words.subspan(1);
    return {.kind = Invocation::Kind::completion,
            .program = "docker nixbuild",
            .docker = {},
            .words = copy(words),
            .descriptions = descriptions};
  }
  // Whoever docker started may start us in turn, with the variable but without our name.
  const bool named = std::ranges::find(arguments, plugin_name) != arguments.end();
  if (!from_docker || !named) return standing_alone(arguments);

  DockerFlags flags = parse_docker_flags(arguments);
  Arguments words = arguments.subspan(flags.read_arguments);
  if (words.size() > 1 && words[0] == "help") {
    flags.help = true;
    words = words.subspan(1);
  }
  if (words.empty() || words[0] != plugin_name) return standing_alone(arguments);
  return of_docker(flags, words.subspan(1));
}

} // namespace nixbuild::plugin
