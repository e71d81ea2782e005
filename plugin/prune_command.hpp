#pragma once

#include "context/global_flags.hpp"
#include "pipeline/prune.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <string>

namespace nixbuild::plugin {

// A line for each thing that would be removed; empty when there is none.
[[nodiscard]] std::string prunable_text(const pipeline::PruneReport& report);

// Shows what this program keeps and no longer needs, asks on standard input unless --force was
// given, removes it, and returns the exit status. Throws an Error.
int run_prune(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
