#pragma once

#include "support/environment.hpp"
#include "support/unique_fd.hpp"

namespace nixbuild::plugin {

// Connects to the socket by whose end the docker CLI cancels us (docker/cli cli-plugins/socket):
// DOCKER_CLI_PLUGIN_SOCKET is a path, or on Linux "@" and an abstract name. Nothing is ever sent.
// Empty when there is none or it cannot be reached: then there are signals only.
[[nodiscard]] UniqueFd connect_cli_socket(const Environment& environment) noexcept;

} // namespace nixbuild::plugin
