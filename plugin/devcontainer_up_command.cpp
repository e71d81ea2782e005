#include "plugin/devcontainer_commands.hpp"
#include "plugin/devcontainer_workspace.hpp"
#include "plugin/run_printed.hpp"
#include "support/error.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nixbuild::plugin {

namespace {

// The engine that is meant is the one that the devcontainer CLI's own docker talks to.
void name_engine(process::Command& command, const context::GlobalFlags& docker) {
  if (!docker.hosts.empty()) command.environment["DOCKER_HOST"] = docker.hosts.back();
  if (docker.context) command.environment["DOCKER_CONTEXT"] = *docker.context;
  if (docker.config_directory) command.environment["DOCKER_CONFIG"] = *docker.config_directory;
}

} // namespace

int run_devcontainer_up(const ParsedOptions& options, const context::GlobalFlags& docker,
                        bool rebuild, World& world) {
  const devcontainer::Configuration configuration = workspace_configuration(options, world);
  process::Command command{.argv = {"devcontainer", "up", "--workspace-folder",
                                    std::filesystem::current_path().string(), "--config",
                                    configuration.file.string()},
                           .directory = {},
                           .environment = {}};
  if (rebuild) command.argv.emplace_back("--remove-existing-container");
  name_engine(command, docker);
  try {
    return run_printed(command, world).success() ? 0 : 1;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::not_found, "there is no devcontainer program in PATH")
        .with_hint("npm install -g @devcontainers/cli brings it; editors have their own");
  }
}

} // namespace nixbuild::plugin
