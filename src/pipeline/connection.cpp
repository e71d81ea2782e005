#include "pipeline/connection.hpp"

#include "config/docker_config.hpp"
#include "context/dial.hpp"

namespace nixbuild::pipeline {

namespace {

// The CLI that started us, so that `system dial-stdio` speaks for the same docker.
std::string docker_program(const Environment& environment) {
  return environment.get("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND").value_or("docker");
}

} // namespace

Connection connect(const context::GlobalFlags& flags, World& world,
                   std::optional<std::chrono::milliseconds> answer_limit) {
  const auto directory = config::docker_config_directory(flags.config_directory, world.environment);
  const config::DockerConfig config = config::load_docker_config(directory);
  context::Context context = context::resolve_context(flags, config, world.environment);
  auto connector = context::engine_connector(context, flags, docker_program(world.environment),
                                             world.environment, world.processes);
  const auto headers = config::engine_headers(config, world.environment);
  engine::ConnectionOptions options{
      .base_path = context.endpoint.base_path,
      .headers = {headers.begin(), headers.end()},
      .api_ceiling = {},
  };
  if (answer_limit) options.answer_limit = *answer_limit;
  if (const auto version = world.environment.get("DOCKER_API_VERSION")) {
    options.api_ceiling = engine::ApiVersion::parse(*version);
  }
  std::vector<std::string> docker =
      context::docker_command(context, flags, docker_program(world.environment));
  return {.context = std::move(context),
          .engine = engine::Engine(std::move(connector), std::move(options)),
          .docker = std::move(docker)};
}

} // namespace nixbuild::pipeline
