#include "plugin/hooks_commands.hpp"

#include "config/docker_config.hpp"
#include "config/edit_docker_config.hpp"
#include "hints/hint.hpp"
#include "plugin/parse_bool.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::plugin {

namespace {

// docker/cli cli/command/cli.go, HooksEnabled, and cli-plugins/manager/hooks.go.
constexpr std::string_view features_key = "features";
constexpr std::string_view plugins_key = "plugins";
constexpr std::string_view hooks_key = "hooks";
constexpr std::string_view our_name = "nixbuild";

Command group() {
  return {.name = "hooks",
          .arguments = "COMMAND",
          .summary = "Let docker give hints where Nix could have done it",
          .description =
              "Manages hints: after docker build, docker load, docker compose build and docker "
              "compose up the docker CLI (28 or newer, on a terminal) says what this plugin could "
              "do instead, where there is a flake.nix or an x-nixbuild. They are off until they "
              "are enabled.",
          .options = {},
          .examples = {}};
}

Command enable() {
  return {.name = "hooks enable",
          .arguments = "",
          .summary = "Switch hints on",
          .description = "Writes the commands that hints follow into the docker CLI's config.json "
                         "(plugins.nixbuild.hooks), and switches its hooks on (features.hooks). "
                         "Nothing else in that file changes.",
          .options = {},
          .examples = {{"hooks enable", "hints from now on"}}};
}

Command disable() {
  return {.name = "hooks disable",
          .arguments = "",
          .summary = "Switch hints off",
          .description = "Takes out of the docker CLI's config.json what hooks enable wrote into "
                         "it. features.hooks stays when another plugin has hooks.",
          .options = {},
          .examples = {}};
}

Command status() {
  return {.name = "hooks status",
          .arguments = "",
          .summary = "Show whether hints are on",
          .description = "Shows whether the docker CLI gives our hints, and what keeps it from it.",
          .options = {},
          .examples = {}};
}

config::DockerConfig config_of(const context::GlobalFlags& docker, const World& world) {
  return config::load_docker_config(
      config::docker_config_directory(docker.config_directory, world.environment));
}

std::string file_of(const config::DockerConfig& config) {
  return (config.directory / "config.json").string();
}

std::string value_in(const std::map<std::string, std::string>& map, std::string_view key) {
  const auto found = map.find(std::string(key));
  return found == map.end() ? "" : found->second;
}

std::string hooks_of(const config::DockerConfig& config, std::string_view plugin) {
  const auto settings = config.plugins.find(std::string(plugin));
  return settings == config.plugins.end() ? "" : value_in(settings->second, hooks_key);
}

bool others_have_hooks(const config::DockerConfig& config) {
  return std::ranges::any_of(config.plugins, [](const auto& plugin) {
    return plugin.first != our_name && (!value_in(plugin.second, hooks_key).empty() ||
                                        !value_in(plugin.second, "error-hooks").empty());
  });
}

// What keeps the CLI from calling hooks at all.
std::optional<std::string> obstacle(const config::DockerConfig& config,
                                    const Environment& environment) {
  for (const char* variable : {"DOCKER_CLI_HOOKS", "DOCKER_CLI_HINTS"})
    if (const auto value = environment.get(variable)) {
      if (parse_bool(*value).value_or(false)) return std::nullopt;
      return format("{}={} in the environment", variable, *value);
    }
  if (parse_bool(value_in(config.features, hooks_key)).value_or(false)) return std::nullopt;
  return format("features.hooks in {} not being \"true\"", file_of(config));
}

std::string state_text(const config::DockerConfig& config, const Environment& environment) {
  if (hooks_of(config, our_name).empty()) return "Hints are off.\n";
  const auto off = obstacle(config, environment);
  if (!off) return "Hints are on.\n";
  return format("Hints are on, but docker gives none because of {}.\n", *off);
}

} // namespace

std::vector<Command> hooks_commands() {
  return {group(), disable(), enable(), status()};
}

int run_hooks_enable(const ParsedOptions& /*options*/, const context::GlobalFlags& docker,
                     World& world) {
  const std::vector<config::ConfigChange> changes{
      {.path = {plugins_key, our_name, hooks_key}, .value = hints::hooked_commands()},
      {.path = {features_key, hooks_key}, .value = "true"}};
  config::edit_docker_config(
      config::docker_config_directory(docker.config_directory, world.environment), changes);
  const auto config = config_of(docker, world);
  world.out.write(state_text(config, world.environment));
  if (others_have_hooks(config))
    world.out.write("Other plugins with hooks in that file give theirs, too.\n");
  return 0;
}

int run_hooks_disable(const ParsedOptions& /*options*/, const context::GlobalFlags& docker,
                      World& world) {
  const auto before = config_of(docker, world);
  std::vector<config::ConfigChange> changes{
      {.path = {plugins_key, our_name, hooks_key}, .value = {}}};
  if (!hooks_of(before, our_name).empty() && !others_have_hooks(before))
    changes.push_back({.path = {features_key, hooks_key}, .value = {}});
  config::edit_docker_config(before.directory, changes);
  world.out.write(state_text(config_of(docker, world), world.environment));
  return 0;
}

int run_hooks_status(const ParsedOptions& /*options*/, const context::GlobalFlags& docker,
                     World& world) {
  world.out.write(state_text(config_of(docker, world), world.environment));
  return 0;
}

} // namespace nixbuild::plugin
