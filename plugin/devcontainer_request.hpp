#pragma once

#include "context/global_flags.hpp"
#include "devcontainer/configuration.hpp"
#include "plugin/build_command.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <vector>

namespace nixbuild::plugin {

// What is to be built for a dev container: its own image first, then those of the other Compose
// services that Nix builds. `options` are those of `devcontainer build`, and come before what the
// configuration says. Throws an Error: as parse_named_options() and parse_build_call(), and
// invalid_input for a configuration whose image is not ours to build.
[[nodiscard]] std::vector<BuildCall>
devcontainer_calls(const devcontainer::Configuration& configuration, const ParsedOptions& options,
                   const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
