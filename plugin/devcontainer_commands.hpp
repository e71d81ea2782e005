#pragma once

#include "context/global_flags.hpp"
#include "plugin/command.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <vector>

namespace nixbuild::plugin {

// The group devcontainer and its commands.
[[nodiscard]] std::vector<Command> devcontainer_commands();

// Each prints what it did or found, and returns the exit status. They throw an Error.
int run_devcontainer_build(const ParsedOptions& options, const context::GlobalFlags& docker,
                           World& world);
int run_devcontainer_check(const ParsedOptions& options, const context::GlobalFlags& docker,
                           World& world);
int run_devcontainer_init(const ParsedOptions& options, World& world);
// `devcontainer up`, or with `rebuild` the command of that name.
int run_devcontainer_up(const ParsedOptions& options, const context::GlobalFlags& docker,
                        bool rebuild, World& world);

} // namespace nixbuild::plugin
