#include "plugin/complete_installable.hpp"

#include "nix/nix.hpp"
#include "oci/machine_platform.hpp"
#include "pipeline/connection.hpp"
#include "progress/make_reporter.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

namespace {

// While it completes, docker names this very program as the one that started it.
Environment without_docker_program(const Environment& environment) {
  auto variables = environment.variables();
  variables.erase("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND");
  return Environment(std::move(variables));
}

// Whoever presses Tab waits for us.
constexpr std::chrono::seconds patience{2};

oci::Platform platform_to_complete_for(World& world, pipeline::World& inner) {
  try {
    pipeline::Connection connection = pipeline::connect({}, inner, patience);
    if (connection.context.endpoint.scheme == context::Endpoint::Scheme::unix_socket)
      return connection.engine.facts(world.cancel).platform;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
  }
  return oci::platform_of_this_machine();
}

} // namespace

Completion complete_installable(const std::string& word, World& world) {
  const std::size_t hash = word.find('#');
  if (hash == std::string::npos) return {.candidates = {}, .directive = Directive::directories};
  const Environment environment = without_docker_program(world.environment);
  const auto silent =
      progress::make_reporter({.mode = progress::Mode::none}, world.err, environment, {});
  pipeline::World inner{environment, world.processes, *silent};
  const std::string system = nix::system_of(platform_to_complete_for(world, inner));
  const std::string flake = word.substr(0, hash);
  nix::Nix nix(world.processes, environment);
  Completion completion{.candidates = {}, .directive = Directive::no_files};
  for (const std::string& name :
       nix.attribute_names(flake.empty() ? "." : flake, system, world.cancel))
    completion.candidates.push_back({format("{}#{}", flake, name), {}});
  return completion;
}

} // namespace nixbuild::plugin
