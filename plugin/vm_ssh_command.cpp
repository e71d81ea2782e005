#include "plugin/display.hpp"
#include "plugin/vm_commands.hpp"
#include "plugin/vm_machine.hpp"
#include "plugin/vm_place.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "vm/shell_line.hpp"

#include <algorithm>
#include <filesystem>

#include <unistd.h>

namespace nixbuild::plugin {

namespace {

// In the folder of here, where that machine has it at the same path.
constexpr const char* login = "cd \"$0\" 2>/dev/null; exec \"${SHELL:-/bin/sh}\" -l";
constexpr const char* command = "cd \"$0\" 2>/dev/null; exec \"$@\"";

std::vector<std::string> words_there(const std::vector<std::string>& given) {
  const std::string folder = std::filesystem::current_path().string();
  if (given.empty()) return {"sh", "-c", login, folder};
  std::vector<std::string> words{"sh", "-c", command, folder};
  words.insert(words.end(), given.begin(), given.end());
  return words;
}

context::GlobalFlags flags_for(const std::string& name, const context::GlobalFlags& docker,
                               const KnownMachines& known) {
  const vm::VirtualMachine machine = find_machine(name, known);
  require_running(machine);
  return with_context(docker, vm::context_of(machine.tool, machine.name));
}

bool is_machine(const std::string& word, const ParsedOptions& options, World& world) {
  try {
    return machine_called(word, known_machines(options, world)).has_value();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return false;
  }
}

// What is to be entered, and what is to be run there.
struct Visit {
  std::optional<std::string> machine;
  std::vector<std::string> command;
};

Visit parse_visit(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  if (const auto profile = options.value("profile"))
    return {.machine = profile, .command = options.words};
  // As in `colima ssh nix-builder`, which people write and Colima takes for a command.
  const bool is_name =
      options.words.size() == 1 && is_machine(options.words.front(), options, world);
  if (is_name) return {.machine = options.words.front(), .command = {}};
  return {.machine = named_machine(ParsedOptions(), docker, world), .command = options.words};
}

} // namespace

int run_vm_ssh(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const Visit visit = parse_visit(options, docker, world);
  const context::GlobalFlags there =
      visit.machine ? flags_for(*visit.machine, docker, known_machines(options, world)) : docker;
  return without_display(world, [&](pipeline::World& inner) {
    const MachineBehind behind = machine_behind(there, inner, world.cancel);
    if (!behind.place) {
      throw Error(ErrorKind::invalid_input,
                  format("no command gets by ssh into the machine behind the context '{}'",
                         behind.connection.context.name));
    }
    process::Command ssh{.argv = behind.place->argv};
    if (::isatty(world.standard_input) == 1)
      std::ranges::replace(ssh.argv, std::string("-T"), std::string("-t"));
    ssh.argv.push_back(vm::shell_line(words_there(visit.command)));
    return world.hand_over(ssh);
  });
}

} // namespace nixbuild::plugin
