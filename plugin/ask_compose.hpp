#pragma once

#include "compose/project.hpp"
#include "plugin/world.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

// The project as Compose itself understands it: its files, variables, profiles and dependencies.
// `compose` is its argv up to its command (plugin_program.hpp); without `services` all of active
// profiles are told. Throws an Error of kind failed with Compose's own words.
[[nodiscard]] compose::Project ask_compose(const std::vector<std::string>& compose,
                                           const std::vector<std::string>& services, World& world);

} // namespace nixbuild::plugin
