#include "plugin/confirmation.hpp"
#include "plugin/display.hpp"
#include "plugin/table.hpp"
#include "plugin/vm_commands.hpp"
#include "plugin/vm_machine.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

using vm::Action;
using vm::Tool;
using vm::VirtualMachine;

namespace {

VirtualMachine machine_meant(const ParsedOptions& options, const context::GlobalFlags& docker,
                             World& world) {
  return find_machine(meant_machine(options, docker, world), known_machines(options, world));
}

int act(Action action, const ParsedOptions& options, const context::GlobalFlags& docker,
        World& world, std::string_view outcome) {
  const VirtualMachine machine = machine_meant(options, docker, world);
  run_tool(vm::commands_for(action, machine, options.is_on("force")), options, world);
  world.out.write(format("{} {}\n", machine.name, outcome));
  return 0;
}

std::string loss_text(const VirtualMachine& machine, bool data) {
  std::string text =
      format("This will delete the machine {} of {}, and with it:\n"
             "  its root disk, with /nix and all that was built there\n"
             "  the Docker context {}\n",
             machine.name, to_string(machine.tool), vm::context_of(machine.tool, machine.name));
  if (data || machine.tool == Tool::lima)
    return text + "  all images, containers and volumes of its engine\n";
  return text + "Images, containers and volumes stay on its data disk, if it has one (--data "
                "deletes them, too).\n";
}

std::string gibibytes(std::uint64_t bytes) {
  return bytes == 0 ? "" : format("{}GiB", bytes >> 30U);
}

} // namespace

int run_vm_start(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  return act(Action::start, options, docker, world, "runs");
}

int run_vm_stop(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  return act(Action::stop, options, docker, world, "stopped");
}

int run_vm_restart(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  return act(Action::restart, options, docker, world, "runs");
}

int run_vm_delete(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const VirtualMachine machine = machine_meant(options, docker, world);
  const bool data = options.is_on("data");
  world.out.write(loss_text(machine, data));
  if (!options.is_on("force") && !confirmed(world)) {
    world.out.write("Nothing was deleted.\n");
    return 0;
  }
  auto lines = vm::commands_for(Action::remove, machine, true, data);
  // Colima removes its contexts itself.
  if (machine.tool == Tool::lima)
    lines.push_back(docker_line(
        docker, {"context", "rm", "--force", vm::context_of(machine.tool, machine.name)}, world));
  run_tool(lines, options, world);
  world.out.write(format("{} deleted\n", machine.name));
  return 0;
}

int run_vm_list(const ParsedOptions& options, const context::GlobalFlags&, World& world) {
  std::vector<std::vector<std::string>> rows{
      {"NAME", "TOOL", "STATUS", "ARCH", "CPUS", "MEMORY", "DISK", "RUNTIME", "CONTEXT"}};
  for (const VirtualMachine& one : known_machines(options, world).machines) {
    rows.push_back({one.name, to_string(one.tool), one.status, one.arch, format("{}", one.cpus),
                    gibibytes(one.memory), gibibytes(one.disk), one.runtime,
                    one.runs() ? vm::context_of(one.tool, one.name) : ""});
  }
  world.out.write(table_text(rows));
  return 0;
}

} // namespace nixbuild::plugin
