#pragma once

#include "plugin/world.hpp"

namespace nixbuild::plugin {

// Asks whether to go on, as docker's prune commands do. Only "y" and "yes" are a yes; the end of
// standard input is a no. Throws an Error of kind cancelled, or io.
[[nodiscard]] bool confirmed(World& world);

} // namespace nixbuild::plugin
