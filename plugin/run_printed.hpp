#pragma once

#include "plugin/world.hpp"

namespace nixbuild::plugin {

// Runs a program whose output becomes ours, line by line. Throws an Error as process::Runner::run()
// does; a program that fails is none.
process::ExitStatus run_printed(const process::Command& command, World& world);

} // namespace nixbuild::plugin
