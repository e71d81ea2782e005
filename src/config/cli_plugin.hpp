#pragma once

#include "config/docker_config.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

namespace nixbuild::config {

// The program that the docker CLI runs for `docker NAME` (docker/cli cli-plugins/manager): the
// first "docker-NAME" in cliPluginsExtraDirs, in cli-plugins beside config.json, and in the
// system's folders, in whose place nixpkgs' docker has DOCKER_CLI_PLUGIN_DIRS. Nothing when there
// is none.
[[nodiscard]] std::optional<std::filesystem::path>
find_cli_plugin(std::string_view name, const DockerConfig& config, const Environment& environment);

} // namespace nixbuild::config
