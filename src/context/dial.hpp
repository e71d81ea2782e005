#pragma once

#include "context/context.hpp"
#include "http/socket_client.hpp"
#include "process/runner.hpp"
#include "support/environment.hpp"

#include <memory>
#include <string>
#include <vector>

namespace nixbuild::context {

// argv of the docker CLI up to its command. The flags that we were given, and the environment that
// a child inherits, name the same engine to it as to us. `docker_program` is the CLI that started
// us, or "docker".
[[nodiscard]] std::vector<std::string>
docker_command(const Context& context, const GlobalFlags& flags, std::string docker_program);

// How to reach the engine of `context`: its unix socket, or for every other scheme the docker
// CLI's own `system dial-stdio` pipe, so that TLS, ssh and named pipes are exactly docker's.
// `environment` and `runner` must outlive the connector.
[[nodiscard]] std::unique_ptr<http::Connector>
engine_connector(const Context& context, const GlobalFlags& flags, std::string docker_program,
                 const Environment& environment, process::Runner& runner);

} // namespace nixbuild::context
