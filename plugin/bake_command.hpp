#pragma once

#include "context/global_flags.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

namespace nixbuild::plugin {

// `bake [TARGET…]`: builds many images together.
int run_bake(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
