#pragma once

#include "context/global_flags.hpp"
#include "support/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::plugin {

// argv of the user's own plugin `name` (compose, buildx), up to what stands behind that word. Where
// docker started us, the plugin that it would have started, in the way it would have: a program
// that docker starts is stopped through a socket of docker's, which only plugins listen to. Else,
// or when docker has no such plugin, `docker NAME`.
[[nodiscard]] std::vector<std::string> plugin_program(std::string_view name,
                                                      const context::GlobalFlags& docker,
                                                      const Environment& environment);

} // namespace nixbuild::plugin
