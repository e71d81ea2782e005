#pragma once

#include "devcontainer/configuration.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

namespace nixbuild::plugin {

// The configuration of the workspace in the current folder that --config, or its place, means.
// Throws an Error as find_configuration() and read_configuration().
[[nodiscard]] devcontainer::Configuration workspace_configuration(const ParsedOptions& options,
                                                                  World& world);

} // namespace nixbuild::plugin
