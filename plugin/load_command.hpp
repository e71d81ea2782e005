#pragma once

#include "context/global_flags.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

namespace nixbuild::plugin {

// Takes the place of `docker load`: loads an archive, prints the lines that docker prints, and
// returns the exit status. Throws an Error.
int run_load(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
