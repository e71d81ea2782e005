#include "plugin/plugin_program.hpp"

#include "config/cli_plugin.hpp"
#include "config/docker_config.hpp"

namespace nixbuild::plugin {

std::vector<std::string> plugin_program(std::string_view name, const context::GlobalFlags& docker,
                                        const Environment& environment) {
  const auto cli = environment.get("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND");
  std::vector<std::string> argv{cli.value_or("docker")};
  if (cli) {
    const auto config = config::load_docker_config(
        config::docker_config_directory(docker.config_directory, environment));
    if (const auto plugin = config::find_cli_plugin(name, config, environment))
      argv = {plugin->string()};
  }
  argv.insert(argv.end(), docker.as_typed.begin(), docker.as_typed.end());
  argv.emplace_back(name);
  return argv;
}

} // namespace nixbuild::plugin
