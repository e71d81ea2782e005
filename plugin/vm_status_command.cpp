#include "plugin/display.hpp"
#include "plugin/format_choice.hpp"
#include "plugin/vm_commands.hpp"
#include "plugin/vm_machine.hpp"
#include "plugin/vm_place.hpp"
#include "plugin/vm_status.hpp"
#include "vm/set_up.hpp"

#include <algorithm>
#include <charconv>

namespace nixbuild::plugin {

namespace {

// Asks, and keeps why there is no answer.
template <class Ask>
void try_to(std::optional<Error>& problem, Ask&& ask) {
  try {
    std::forward<Ask>(ask)();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    problem = error;
  }
}

std::optional<std::uint64_t> store_size(const vm::GuestPlace& place, World& world) {
  const auto answer = vm::run_in(place, {"du", "-sk", "/nix/store"}, world.processes, world.cancel);
  std::uint64_t kibibytes = 0;
  const char* const end = answer.out.data() + answer.out.size();
  if (std::from_chars(answer.out.data(), end, kibibytes).ec != std::errc()) return std::nullopt;
  return kibibytes * 1024;
}

void look_into(VmStatus& status, const vm::GuestPlace& place, World& world) {
  status.guest = vm::probe(place, world.processes, world.cancel);
  if (status.guest->files.store) status.store_bytes = store_size(place, world);
}

// What Colima or Lima say of the machine, where they are there to be asked.
std::optional<vm::VirtualMachine> listed(const context::Machine& machine,
                                         const ParsedOptions& options, World& world) {
  const bool is_vm =
      machine.kind == context::MachineKind::colima || machine.kind == context::MachineKind::lima;
  if (!is_vm) return std::nullopt;
  std::optional<vm::VirtualMachine> found;
  std::optional<Error> problem;
  try_to(problem, [&] { found = machine_called(machine.name, known_machines(options, world)); });
  return found;
}

void look_behind(VmStatus& status, const context::GlobalFlags& docker, const ParsedOptions& options,
                 pipeline::World& inner, World& world) {
  MachineBehind behind = machine_behind(docker, inner, world.cancel);
  status.context = behind.connection.context.name;
  status.endpoint = behind.connection.context.endpoint.host;
  status.peer = behind.place ? behind.place->peer : to_string(behind.machine.kind);
  if (!status.machine) status.machine = listed(behind.machine, options, world);
  try_to(status.engine_error,
         [&] { status.engine = behind.connection.engine.facts(world.cancel); });
  if (behind.place)
    try_to(status.guest_error, [&] { look_into(status, *behind.place, world); });
  else
    status.container = pipeline::inspect_builder({}, docker, inner, world.cancel);
}

VmStatus gather(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  VmStatus status;
  const auto name = named_machine(options, docker, world);
  if (name) status.machine = find_machine(*name, known_machines(options, world));
  if (status.machine && !status.machine->runs()) return status;
  const context::GlobalFlags there =
      status.machine
          ? with_context(docker, vm::context_of(status.machine->tool, status.machine->name))
          : docker;
  without_display(
      world, [&](pipeline::World& inner) { look_behind(status, there, options, inner, world); });
  return status;
}

} // namespace

int run_vm_status(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const Form form = form_of(options, "vm status");
  const VmStatus status = gather(options, docker, world);
  world.out.write(form == Form::json ? vm_status_json(status) : vm_status_text(status));
  return status.healthy() ? 0 : 1;
}

} // namespace nixbuild::plugin
