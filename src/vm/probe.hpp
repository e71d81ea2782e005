#pragma once

#include "vm/guest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::vm {

// argv of the one command that shows all there is to know of a guest. It changes nothing, and
// needs a POSIX shell and the usual small programs, busybox's too.
[[nodiscard]] std::vector<std::string> probe_command();

// What its answer means: lines of "KEY=VALUE" between "probe=begin" and "probe=end"; what a login
// shell prints around them is left out. Throws an Error of kind corrupt when there is no whole
// answer.
[[nodiscard]] Guest parse_probe(std::string_view answer);

} // namespace nixbuild::vm
