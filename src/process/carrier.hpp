#pragma once

#include "process/command.hpp"

#include <string>
#include <vector>

namespace nixbuild::process {

// A program that carries words to another machine and back: ssh, the docker CLI. Of our environment
// it gets all but the variables that tell us secrets: it needs none of them, may be told to hand
// them on (ssh_config(5), SendEnv), and lives for as long as a build does.
[[nodiscard]] Command carrier(std::vector<std::string> argv);

} // namespace nixbuild::process
