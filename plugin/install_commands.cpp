#include "plugin/install_commands.hpp"

#include "config/cli_plugin.hpp"
#include "config/docker_config.hpp"
#include "config/edit_docker_config.hpp"
#include "context/context.hpp"
#include "plugin/plugin_program.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <string>

namespace nixbuild::plugin {

namespace {

constexpr std::string_view our_name = "nixbuild";
constexpr const char* builder_variable = "BUILDX_BUILDER";

Command install() {
  return {.name = "install",
          .arguments = "",
          .summary = "Let docker build build flake.nix, too",
          .description =
              "Makes this plugin the builder of docker build, by the alias builder in the docker "
              "CLI's config.json: docker build -f flake.nix --target ATTRIBUTE . is then a build "
              "of ours, as is one of another .nix file, and every other docker build and docker "
              "builder goes to docker buildx as it is. Run uninstall before this plugin is "
              "removed: docker build fails when the program of the alias is not there.",
          .options = {},
          .examples = {{"install", "docker build -f flake.nix -t me/app . from now on"}}};
}

Command uninstall() {
  return {.name = "uninstall",
          .arguments = "",
          .summary = "Leave docker build to buildx again",
          .description = "Removes the alias that install made.",
          .options = {},
          .examples = {}};
}

config::DockerConfig config_of(const context::GlobalFlags& docker, const World& world) {
  return config::load_docker_config(
      config::docker_config_directory(docker.config_directory, world.environment));
}

std::string alias_in(const config::DockerConfig& config) {
  const auto alias = config.aliases.find("builder");
  return alias == config.aliases.end() ? "" : alias->second;
}

bool change(const config::DockerConfig& config, std::optional<std::string> value) {
  const std::vector<config::ConfigChange> changes{
      {.path = {"aliases", "builder"}, .value = std::move(value)}};
  return config::edit_docker_config(config.directory, changes);
}

void require_plugin(std::string_view name, std::string_view why, const config::DockerConfig& config,
                    const World& world) {
  if (config::find_cli_plugin(name, config, world.environment)) return;
  throw Error(ErrorKind::not_found, format("docker has no plugin {}, {}", name, why))
      .with_hint("put it where docker looks for plugins, such as ~/.docker/cli-plugins");
}

void check_it_would_work(const config::DockerConfig& config, World& world) {
  const std::string alias = alias_in(config);
  if (!alias.empty() && alias != our_name)
    throw Error(ErrorKind::refused, format("docker build is {}'s already", alias))
        .with_hint(format("docker {} uninstall, or the alias builder in {}, makes it free", alias,
                          (config.directory / "config.json").string()));
  // A call is told from docker's own command line.
  if (world.parent().empty())
    throw Error(ErrorKind::unavailable, "this system does not tell how docker was called")
        .with_hint("docker nixbuild builds flakes without an alias, too");
  require_plugin(our_name, "which is this program", config, world);
  require_plugin("buildx", "which all other builds go to", config, world);
}

// As docker does where there is no alias, so that a plain build always ends in the engine.
bool names_builder(const AliasCall& call, const Environment& environment) {
  return environment.get(builder_variable).has_value() ||
         std::ranges::any_of(call.words, [](const std::string& word) {
           return word == "--builder" || word.starts_with("--builder=");
         });
}

} // namespace

std::vector<Command> install_commands() {
  return {install(), uninstall()};
}

int run_install(const ParsedOptions& /*options*/, const context::GlobalFlags& docker,
                World& world) {
  const auto config = config_of(docker, world);
  check_it_would_work(config, world);
  change(config, std::string(our_name));
  world.out.write("docker build -f flake.nix is docker nixbuild; other builds go to buildx.\n");
  return 0;
}

int run_uninstall(const ParsedOptions& /*options*/, const context::GlobalFlags& docker,
                  World& world) {
  const auto config = config_of(docker, world);
  if (alias_in(config) == our_name) change(config, std::nullopt);
  world.out.write("docker build is not docker nixbuild.\n");
  return 0;
}

int hand_to_buildx(const AliasCall& call, World& world) {
  process::Command command{.argv = plugin_program("buildx", call.docker, world.environment)};
  command.argv.insert(command.argv.end(), call.words.begin(), call.words.end());
  if (!names_builder(call, world.environment))
    command.environment[builder_variable] = context::current_context_name(
        call.docker, config_of(call.docker, world), world.environment);
  return world.hand_over(command);
}

} // namespace nixbuild::plugin
