#pragma once

#include "context/global_flags.hpp"
#include "plugin/builder_alias.hpp"
#include "plugin/command.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <vector>

namespace nixbuild::plugin {

// install and uninstall, named as buildx's.
[[nodiscard]] std::vector<Command> install_commands();

// Each changes the alias "builder" in docker's config.json, says so, and returns the exit status.
// They throw an Error, install where `docker build` would not work afterwards.
int run_install(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);
int run_uninstall(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

// Goes on as buildx would have been called without the alias, and returns its exit status.
int hand_to_buildx(const AliasCall& call, World& world);

} // namespace nixbuild::plugin
