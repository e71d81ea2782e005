#pragma once

#include "pipeline/prune.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <string>

namespace nixbuild::plugin {

// A line for each thing that would be removed; empty when there is none.
[[nodiscard]] std::string prunable_text(const pipeline::Prunable& prunable);

// Shows what of our own files is of no more use, asks on standard input unless --force was given,
// removes it, and returns the exit status. Throws an Error.
int run_prune(const ParsedOptions& options, World& world);

} // namespace nixbuild::plugin
