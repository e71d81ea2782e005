#include "plugin/devcontainer_workspace.hpp"

#include <filesystem>

namespace nixbuild::plugin {

devcontainer::Configuration workspace_configuration(const ParsedOptions& options, World& world) {
  const std::filesystem::path workspace = std::filesystem::current_path();
  return devcontainer::read_configuration(
      devcontainer::find_configuration(workspace, options.value("config")),
      {.workspace = workspace, .environment = world.environment});
}

} // namespace nixbuild::plugin
