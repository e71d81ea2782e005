#pragma once

#include <string>
#include <vector>

namespace nixbuild::vm {

// `argv` as one command for the login shell of another machine, whichever that is (sh, fish, csh):
// the words arrive as they are here. They must not hold a NUL byte, and stdin stays theirs.
[[nodiscard]] std::string shell_line(const std::vector<std::string>& argv);

} // namespace nixbuild::vm
