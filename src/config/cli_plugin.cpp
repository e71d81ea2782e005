#include "config/cli_plugin.hpp"

#include "support/format.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace nixbuild::config {

namespace fs = std::filesystem;

namespace {

void add_listed(std::vector<fs::path>& folders, std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    if (end > 0) folders.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

std::vector<fs::path> plugin_folders(const DockerConfig& config, const Environment& environment) {
  std::vector<fs::path> folders(config.plugin_directories.begin(), config.plugin_directories.end());
  folders.push_back(config.directory / "cli-plugins");
  add_listed(folders, environment.get("DOCKER_CLI_PLUGIN_DIRS").value_or(""));
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
