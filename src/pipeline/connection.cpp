#include "pipeline/connection.hpp"

#include "config/docker_config.hpp"
#include "context/dial.hpp"
#include "http/socket_client.hpp"

namespace nixbuild::pipeline {

namespace {

// The CLI that started us, so that `system dial-stdio` speaks for the same docker.
std::string docker_program(const Environment& environment) {
  return environment.get("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND").value_or("docker");
}

// The name that docker's own client uses for engines behind a socket or a pipe.
constexpr const char* host_header = "api.moby.localhost";

} // namespace

Connection connect(const context::GlobalFlags& flags, World& world) {
  const auto directory = config::docker_config_directory(flags.config_directory, world.environment);
  const config::DockerConfig config = config::load_docker_config(directory);
  context::Context context = context::resolve_context(flags, config, world.environment);
  auto connector = context::engine_connector(context, flags, docker_program(world.environment),
                                             world.processes);
  engine::ConnectionOptions options{
      .base_path = context.endpoint.base_path,
      .headers = {config.http_headers.begin(), config.http_headers.end()},
      .api_ceiling = {},
  };
  if (const auto version = world.environment.get("DOCKER_API_VERSION")) {
    options.api_ceiling = engine::ApiVersion::parse(*version);
  }
  return {std::move(context),
          engine::Engine(http::socket_client(std::move(connector), host_header),
                         std::move(options))};
}

} // namespace nixbuild::pipeline
