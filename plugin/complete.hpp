#pragma once

#include "plugin/invocation.hpp"
#include "plugin/world.hpp"

namespace nixbuild::plugin {

// Prints what can stand in the place of the last of invocation.words, one candidate per line and
// the directive for the shell last (spf13/cobra completions.go). Prints nothing and returns 1 when
// that cannot be told.
int run_completion(const Invocation& invocation, World& world);

} // namespace nixbuild::plugin
