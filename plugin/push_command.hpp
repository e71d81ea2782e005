#pragma once

#include "context/global_flags.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

namespace nixbuild::plugin {

// Builds and pushes as `build --push` does, with tags that git tells if they are asked for, and
// returns the exit status. Throws an Error.
int run_push(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
