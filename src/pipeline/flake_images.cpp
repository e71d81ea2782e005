#include "pipeline/flake_images.hpp"

#include "nix/nix.hpp"
#include "oci/machine_platform.hpp"
#include "pipeline/connection.hpp"
#include "support/error.hpp"

namespace nixbuild::pipeline {

namespace {

oci::Platform engine_platform(const context::GlobalFlags& docker, World& world,
                              const CancelToken& cancel) {
  Connection connection = connect(docker, world);
  try {
    return connection.engine.facts(cancel).platform;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return oci::platform_of_this_machine();
  }
}

} // namespace

std::vector<std::string> flake_images(const std::string& flake, const context::GlobalFlags& docker,
                                      World& world, const CancelToken& cancel) {
  nix::Nix nix(world.processes, world.environment);
  return nix.image_attributes(flake, nix::system_of(engine_platform(docker, world, cancel)), {},
                              world.reporter, cancel);
}

} // namespace nixbuild::pipeline
