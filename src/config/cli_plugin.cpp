#include "config/cli_plugin.hpp"

#include "support/format.hpp"
#include "support/path_list.hpp"

#include <system_error>
#include <utility>
#include <vector>

namespace nixbuild::config {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> plugin_folders(const DockerConfig& config, const Environment& environment) {
  std::vector<fs::path> folders(config.plugin_directories.begin(), config.plugin_directories.end());
  folders.push_back(config.directory / "cli-plugins");
  for (std::string& folder :
       split_path_list(environment.get("DOCKER_CLI_PLUGIN_DIRS").value_or("")))
    folders.emplace_back(std::move(folder));
  for (const char* folder :
       {"/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins",
        "/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"})
    folders.emplace_back(folder);
  return folders;
}

} // namespace

std::optional<fs::path> find_cli_plugin(std::string_view name, const DockerConfig& config,
                                        const Environment& environment) {
  for (const fs::path& folder : plugin_folders(config, environment)) {
    fs::path program = folder / format("docker-{}", name);
    std::error_code ignored;
    if (fs::is_regular_file(program, ignored)) return program;
  }
  return std::nullopt;
}

} // namespace nixbuild::config
