#include "pipeline/builder_choice.hpp"

#include "builder/container_way.hpp"
#include "builder/ssh_way.hpp"
#include "context/lima_guest_socket.hpp"
#include "context/machine.hpp"
#include "nix/can_build.hpp"
#include "nix/nix.hpp"
#include "pipeline/directories.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

namespace nixbuild::pipeline {

using builder::Driver;
using builder::NamedBuilder;
using context::MachineKind;

namespace {

NamedBuilder find_named(const std::string& name, const context::Context& context,
                        const builder::BuilderStore& store) {
  auto found = store.find(name);
  if (!found) {
    std::vector<std::string> names{"auto", "host", "ssh", "container"};
    for (const NamedBuilder& one : store.all())
      names.push_back(one.name);
    throw Error(ErrorKind::not_found, format("there is no builder \"{}\"", name))
        .with_hint(format("the builders here are: {}", fmt::join(names, ", ")));
  }
  if (found->endpoint != context.endpoint.host) {
    throw Error(ErrorKind::invalid_input,
                format("the builder {} is for the engine at {} (context {}), and the engine that "
                       "is meant is at {}",
                       name, found->endpoint, found->context, context.endpoint.host))
        .with_hint(
            format("create one with `docker --context {} nixbuild builder create`", context.name));
  }
  return *std::move(found);
}

ChosenBuilder wanted(const BuildRequest& request, const context::Context& context,
                     const Environment& environment) {
  if (request.builder != Driver::automatic) {
    return {.driver = request.builder,
            .insisted = true,
            .ssh = {},
            .container = {.image = request.builder_image}};
  }
  const builder::BuilderStore store(builders_directory(environment));
  const auto named = request.builder_name ? find_named(*request.builder_name, context, store)
                                          : store.current_of(context.endpoint.host);
  if (!named) return {.driver = Driver::automatic, .container = {.image = request.builder_image}};
  return {.driver = named->driver,
          .insisted = true,
          .ssh = {},
          .name = named->name,
          .container = named->container};
}

[[noreturn]] void refuse_ssh(const context::Context& context) {
  throw Error(
      ErrorKind::invalid_input,
      format("no command gets by ssh into the machine behind the context '{}'", context.name))
      .with_hint("Leave out --builder: what fits this engine is then chosen.");
}

bool is_local(MachineKind kind) {
  return kind == MachineKind::this_machine || kind == MachineKind::rootless ||
         kind == MachineKind::wsl;
}

context::Machine machine_behind(Connection& connection, const Environment& environment,
                                const CancelToken& cancel) {
  context::Machine machine = context::recognise_machine(connection.context.endpoint, environment);
  if (machine.kind != MachineKind::this_machine) return machine;
  const engine::Facts& engine = connection.engine.facts(cancel);
  return confirm_machine(std::move(machine),
                         {.operating_system = engine.operating_system, .kernel = engine.kernel});
}

bool can_build_here(const BuildRequest& request, const engine::Facts& engine, World& world,
                    const CancelToken& cancel) {
  const std::string system = nix::system_of(first_platform(request, engine.platform));
  if (request.nix.builders && nix::machines_allow(*request.nix.builders, system)) return true;
  return nix::can_build(system, world.processes, world.environment, cancel);
}

// For an engine whose machine no command gets into.
void choose_container_or_host(ChosenBuilder& chosen, const BuildRequest& request,
                              Connection& connection, World& world, const CancelToken& cancel) {
  const std::string container = builder::container_of(chosen.name);
  chosen.driver = Driver::container;
  if (connection.engine.inspect_container(container, cancel)) return;
  if (can_build_here(request, connection.engine.facts(cancel), world, cancel)) {
    chosen.driver = Driver::host;
    return;
  }
  chosen.announcement = format(
      "no Nix here builds for this engine: it is done in the container {0}, which is created "
      "beside the engine together with a volume of that name; `docker nixbuild builder rm {1}` "
      "removes both",
      container, chosen.name);
}

// Where the engine's socket is in a Lima machine; the other tools have it at its usual place.
std::optional<std::string> guest_socket(const context::Endpoint& endpoint, World& world,
                                        const CancelToken& cancel) {
  const context::Machine machine = context::recognise_machine(endpoint, world.environment);
  if (machine.kind != MachineKind::lima) return std::nullopt;
  return context::lima_guest_socket(*machine.lima_instance, endpoint.socket, world.processes,
                                    cancel);
}

} // namespace

ChosenBuilder choose_builder(const BuildRequest& request, Connection& connection, World& world,
                             const CancelToken& cancel) {
  ChosenBuilder chosen = wanted(request, connection.context, world.environment);
  if (chosen.driver == Driver::host || chosen.driver == Driver::container) return chosen;
  const context::Machine machine = machine_behind(connection, world.environment, cancel);
  chosen.ssh = builder::ssh_way(connection.context.endpoint, machine);
  if (chosen.driver == Driver::ssh) {
    if (!chosen.ssh) refuse_ssh(connection.context);
    return chosen;
  }
  // The root of Rancher Desktop's machine is in memory: no Nix would stay there.
  if (chosen.ssh && machine.kind != MachineKind::rancher_desktop) {
    chosen.driver = Driver::ssh;
  } else if (is_local(machine.kind)) {
    chosen.driver = Driver::host;
  } else {
    choose_container_or_host(chosen, request, connection, world, cancel);
  }
  return chosen;
}

builder::Way open_way(const ChosenBuilder& chosen, Connection& connection, World& world,
                      const CancelToken& cancel) {
  if (chosen.ssh && chosen.driver == Driver::ssh) {
    builder::Way way = *chosen.ssh;
    if (!way.engine_socket) {
      way.engine_socket = guest_socket(connection.context.endpoint, world, cancel);
    }
    return way;
  }
  if (!chosen.announcement.empty())
    progress::notice(world.reporter, progress::Notice::Level::info, chosen.announcement);
  const auto options =
      with_socket(chosen.container, connection.context.endpoint, world.environment);
  builder::run_builder_container(connection.engine, chosen.name, options, world.reporter, cancel);
  return builder::container_way(connection.docker, builder::container_of(chosen.name));
}

builder::ContainerOptions with_socket(builder::ContainerOptions options,
                                      const context::Endpoint& endpoint,
                                      const Environment& environment) {
  if (options.socket.empty() && is_local(recognise_machine(endpoint, environment).kind))
    options.socket = endpoint.socket.string();
  return options;
}

} // namespace nixbuild::pipeline
