#pragma once

#include "plugin/world.hpp"

#include <span>
#include <string>

namespace nixbuild::plugin {

// The whole program: reads `arguments` (without argv[0]), acts, prints results and errors, and
// returns the exit status: 0, 1 for errors, 125 for a wrong command line, 130 when cancelled.
[[nodiscard]] int run_main(std::span<const std::string> arguments, World& world) noexcept;

} // namespace nixbuild::plugin
