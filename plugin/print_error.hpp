#pragma once

#include "support/error.hpp"

#include <string>

namespace nixbuild::plugin {

// An error as people read it: "ERROR: " and what failed, on the way to what, the words of others
// behind bars, and what to do next.
[[nodiscard]] std::string error_text(const Error& error);

} // namespace nixbuild::plugin
