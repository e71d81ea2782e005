#pragma once

#include "context/global_flags.hpp"
#include "plugin/command.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <vector>

namespace nixbuild::plugin {

// The group hooks and its commands.
[[nodiscard]] std::vector<Command> hooks_commands();

// Each prints what it did or found, and returns the exit status. They throw an Error.
int run_hooks_enable(const ParsedOptions& options, const context::GlobalFlags& docker,
                     World& world);
int run_hooks_disable(const ParsedOptions& options, const context::GlobalFlags& docker,
                      World& world);
int run_hooks_status(const ParsedOptions& options, const context::GlobalFlags& docker,
                     World& world);

} // namespace nixbuild::plugin
