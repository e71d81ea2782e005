#pragma once

#include "context/global_flags.hpp"
#include "plugin/command.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <vector>

namespace nixbuild::plugin {

// The group vm and its commands.
[[nodiscard]] std::vector<Command> vm_commands();

// Each prints what it did or found, and returns the exit status. They throw an Error.
int run_vm_create(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_vm_delete(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_vm_list(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_vm_restart(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_vm_setup(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
// With the terminal and the exit status of what runs there.
int run_vm_ssh(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_vm_start(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_vm_status(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_vm_stop(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
