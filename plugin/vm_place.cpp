#include "plugin/vm_place.hpp"

#include "builder/ssh_way.hpp"

#include <utility>

namespace nixbuild::plugin {

using context::MachineKind;

namespace {

std::optional<vm::GuestPlace> place_of(const context::Endpoint& endpoint,
                                       const context::Machine& machine) {
  if (auto way = builder::ssh_way(endpoint, machine))
    return vm::GuestPlace{.argv = std::move(way->argv), .peer = std::move(way->peer)};
  const bool is_here = machine.kind == MachineKind::this_machine ||
                       machine.kind == MachineKind::rootless || machine.kind == MachineKind::wsl;
  if (!is_here) return std::nullopt;
  return vm::GuestPlace{.argv = {"sh", "-c"}, .peer = "this machine"};
}

} // namespace

context::GlobalFlags with_context(context::GlobalFlags docker, const std::string& name) {
  std::vector<std::string> typed;
  if (docker.config_directory) typed = {"--config", *docker.config_directory};
  typed.insert(typed.end(), {"--context", name});
  return {.config_directory = std::move(docker.config_directory),
          .context = name,
          .debug = docker.debug,
          .as_typed = std::move(typed)};
}

MachineBehind machine_behind(const context::GlobalFlags& docker, pipeline::World& world,
                             const CancelToken& cancel) {
  pipeline::Connection connection = pipeline::connect(docker, world);
  context::Machine machine =
      context::recognise_machine(connection.context.endpoint, world.environment);
  if (machine.kind == MachineKind::this_machine) {
    const engine::Facts& engine = connection.engine.facts(cancel);
    machine = confirm_machine(
        std::move(machine), {.operating_system = engine.operating_system, .kernel = engine.kernel});
  }
  auto place = place_of(connection.context.endpoint, machine);
  return {.connection = std::move(connection),
          .machine = std::move(machine),
          .place = std::move(place)};
}

} // namespace nixbuild::plugin
