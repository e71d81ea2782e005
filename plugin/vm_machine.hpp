#pragma once

#include "context/global_flags.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"
#include "vm/machine_commands.hpp"
#include "vm/machines.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::plugin {

// The machine that a command names: by its word, else by COLIMA_INSTANCE or COLIMA_PROFILE unless a
// context is named. Nothing when none is named.
[[nodiscard]] std::optional<std::string>
named_machine(const ParsedOptions& options, const context::GlobalFlags& docker, const World& world);

// The same, else that of the context that is named, if it is one of Colima's or Lima's; "default".
[[nodiscard]] std::string meant_machine(const ParsedOptions& options,
                                        const context::GlobalFlags& docker, const World& world);

// All machines of the tools that are installed, or of the one that --tool names.
struct KnownMachines {
  std::vector<vm::VirtualMachine> machines;
  std::vector<vm::Tool> tools; // that are installed
};
// Throws an Error: not_found when no such tool is installed; invalid_input for another --tool.
[[nodiscard]] KnownMachines known_machines(const ParsedOptions& options, World& world);

// The one called so; Colima's goes before Lima's.
[[nodiscard]] std::optional<vm::VirtualMachine> machine_called(const std::string& name,
                                                               const KnownMachines& known);
// The same; throws an Error of kind not_found that says which there are.
[[nodiscard]] vm::VirtualMachine find_machine(const std::string& name, const KnownMachines& known);

// Throws an Error of kind unavailable, saying how it is started, when it does not run.
void require_running(const vm::VirtualMachine& machine);

// A command line of the docker CLI that started us, with the same configuration.
[[nodiscard]] vm::CommandLine docker_line(const context::GlobalFlags& docker,
                                          const std::vector<std::string>& words,
                                          const World& world);

// Runs the tool's command lines one after the other, each as a step with its output below. Throws
// an Error of kind failed.
void run_tool(const std::vector<vm::CommandLine>& lines, const ParsedOptions& options,
              World& world);

} // namespace nixbuild::plugin
