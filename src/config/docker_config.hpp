#pragma once

#include "config/logins.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::config {

// What we use of the docker CLI's config.json (docker/cli cli/config/configfile/file.go).
struct DockerConfig {
  std::filesystem::path directory;                 // where it is, and the context store
  std::string current_context;                     // empty when not set
  std::map<std::string, std::string> http_headers; // HttpHeaders
  std::map<std::string, std::map<std::string, std::string>> plugins; // settings of each
  std::map<std::string, std::string> aliases;  // "builder" is the one that there can be
  std::map<std::string, std::string> features; // what is switched on or off: "hooks"
  std::vector<std::string> plugin_directories; // cliPluginsExtraDirs
  Logins logins;                               // auths, credHelpers, credsStore
};

// The CLI's configuration directory: `config_flag`, else DOCKER_CONFIG, else $HOME/.docker.
[[nodiscard]] std::filesystem::path
docker_config_directory(const std::optional<std::string>& config_flag,
                        const Environment& environment);

// Reads <directory>/config.json; absent means defaults. Throws an Error of kind corrupt where the
// CLI would go on with an *empty* configuration, and so with another engine than the user's.
[[nodiscard]] DockerConfig load_docker_config(const std::filesystem::path& directory);

// The headers that the user wants on every request to the engine: DOCKER_CUSTOM_HEADERS (one CSV
// record of NAME=VALUE fields), else HttpHeaders of config.json. Throws an Error of kind
// invalid_input for a variable that cannot be understood.
[[nodiscard]] std::map<std::string, std::string> engine_headers(const DockerConfig& config,
                                                                const Environment& environment);

} // namespace nixbuild::config
