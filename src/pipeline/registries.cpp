#include "pipeline/registries.hpp"

#include "config/docker_config.hpp"
#include "registry/credentials.hpp"
#include "support/error.hpp"

namespace nixbuild::pipeline {

registry::Credentials credentials_for(const oci::Reference& name,
                                      const context::GlobalFlags& docker, World& world,
                                      const CancelToken& cancel) {
  const config::DockerConfig config = config::load_docker_config(
      config::docker_config_directory(docker.config_directory, world.environment));
  return registry::find_credentials(name.domain(), config.logins, world.environment,
                                    world.processes, cancel);
}

std::unique_ptr<registry::Repository> open_registry(const oci::Reference& name,
                                                    const PushOutput& how,
                                                    const context::GlobalFlags& docker,
                                                    World& world, const CancelToken& cancel) {
  if (world.web == nullptr)
    throw Error(ErrorKind::internal, "no registry can be reached from an engine's machine");
  registry::Settings settings{.insecure = how.insecure, .authorities = {}};
  if (how.authorities) settings.authorities = *how.authorities;
  return registry::open_repository(*world.web, name, credentials_for(name, docker, world, cancel),
                                   settings);
}

} // namespace nixbuild::pipeline
