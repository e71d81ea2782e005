#pragma once

#include <string>
#include <vector>

namespace nixbuild::process {

// The command line of the program that started us, as it was given; empty where the system does not
// tell (it is read from Linux's /proc).
[[nodiscard]] std::vector<std::string> arguments_of_parent();

} // namespace nixbuild::process
