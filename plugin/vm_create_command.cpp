#include "config/docker_config.hpp"
#include "context/context.hpp"
#include "plugin/display.hpp"
#include "plugin/vm_commands.hpp"
#include "plugin/vm_machine.hpp"
#include "plugin/vm_setup.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <charconv>
#include <utility>

namespace nixbuild::plugin {

using vm::NewMachine;
using vm::Tool;
using vm::VirtualMachine;

namespace {

#if defined(__APPLE__) && defined(__aarch64__)
constexpr bool has_rosetta = true;
#else
constexpr bool has_rosetta = false;
#endif

void read_number(const ParsedOptions& options, const char* name, std::uint64_t& into) {
  const auto text = options.value(name);
  if (!text) return;
  constexpr std::uint64_t most = 100'000;
  const char* const end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, into);
  if (parsed.ec != std::errc() || parsed.ptr != end || into == 0 || into > most)
    throw Error(ErrorKind::invalid_input, format("--{} cannot be \"{}\"", name, *text))
        .with_hint("it is a whole number; memory and disks are in GiB");
}

NewMachine parse_new_machine(const ParsedOptions& options, const std::string& name) {
  NewMachine machine{.name = name};
  if (const auto reason = vm::why_no_machine_name(name))
    throw Error(ErrorKind::invalid_input,
                format("a machine cannot be called \"{}\": {}", name, *reason));
  read_number(options, "cpus", machine.cpus);
  read_number(options, "memory", machine.memory);
  read_number(options, "disk", machine.disk);
  read_number(options, "root-disk", machine.root_disk);
  machine.rosetta = options.was_given("rosetta") ? options.is_on("rosetta") : has_rosetta;
  for (const auto& values : options.all("mount"))
    machine.mounts.push_back(values.front());
  return machine;
}

vm::CommandLine create_line(const NewMachine& machine, Tool tool, World& world) {
  if (tool == Tool::lima) return vm::lima_create(machine);
  const auto answer =
      process::capture(world.processes, {.argv = {"colima", "version"}}, world.cancel);
  return vm::colima_create(machine, vm::parse_colima_version(answer.out));
}

// What makes the machine run; none when it does.
std::vector<vm::CommandLine> lines_for(const NewMachine& machine,
                                       const std::optional<VirtualMachine>& existing, Tool tool,
                                       World& world) {
  if (!existing) return {create_line(machine, tool, world)};
  if (const auto reason = vm::why_unfit(*existing)) {
    throw Error(ErrorKind::invalid_input,
                format("there is a machine {} already: {}", existing->name, *reason))
        .with_hint(format("choose another name, or delete it: `docker nixbuild vm delete {}`",
                          existing->name));
  }
  if (existing->runs()) return {};
  return vm::commands_for(vm::Action::start, *existing);
}

bool has_context(const context::GlobalFlags& docker, World& world) {
  const auto directory =
      config::docker_config_directory(docker.config_directory, world.environment);
  try {
    (void)context::resolve_context(docker, config::load_docker_config(directory),
                                   world.environment);
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return false;
  }
}

// Colima makes its contexts itself.
void make_context_for_lima(const std::string& name, const context::GlobalFlags& docker,
                           const ParsedOptions& options, World& world) {
  if (has_context(docker, world)) return;
  const VirtualMachine machine = find_machine(name, known_machines(options, world));
  const std::string socket = format("host=unix://{}/sock/docker.sock", machine.folder);
  const vm::CommandLine line =
      docker_line(docker, {"context", "create", *docker.context, "--docker", socket}, world);
  run_tool({line}, options, world);
}

} // namespace

int run_vm_create(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  VmSetup setup = parse_vm_setup(options);
  const KnownMachines known = known_machines(options, world);
  const std::string typed = meant_machine(options, docker, world);
  const auto existing = machine_called(typed, known);
  const Tool tool = existing ? existing->tool : known.tools.front();
  const std::string name = tool == Tool::colima ? vm::profile_named(typed) : typed;
  const NewMachine machine = parse_new_machine(options, name);
  if (setup.persist && tool == Tool::lima)
    throw Error(ErrorKind::invalid_input,
                "--persist is for machines of Colima, which have a data disk");
  const auto lines = lines_for(machine, existing, tool, world);
  if (setup.dry_run) {
    world.out.write("This will:\n");
    for (const vm::CommandLine& line : lines)
      world.out.write(format("  {}\n", to_string(process::Command{.argv = line})));
    world.out.write(format("  docker nixbuild vm setup {}\n", vm::context_of(tool, name)));
    return 0;
  }
  if (existing)
    world.out.write(format("The machine {} is there already, and stays as it is.\n", name));
  run_tool(lines, options, world);
  const context::GlobalFlags there = with_context(docker, vm::context_of(tool, name));
  if (tool == Tool::lima) make_context_for_lima(name, there, options, world);
  const int status = set_up_vm(setup, there, world);
  if (status != 0) return status;
  without_display(world, [&](pipeline::World& inner) {
    (void)pipeline::connect(there, inner).engine.facts(world.cancel);
  });
  world.out.write(format("Use it: docker --context {} nixbuild .#image\n", *there.context));
  return 0;
}

} // namespace nixbuild::plugin
