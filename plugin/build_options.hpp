#pragma once

#include "plugin/option.hpp"

namespace nixbuild::plugin {

// The options of `build`: buildx's names where it has them, and Nix's own.
[[nodiscard]] OptionTable build_options();

} // namespace nixbuild::plugin
