#pragma once

#include <string>

namespace nixbuild::builder {

// `script`, for sh, as one command for the login shell of another machine, whichever that is: sh,
// fish and csh read it the same as long as there is no single quote, no exclamation mark and no
// line break in it.
[[nodiscard]] std::string for_any_shell(const std::string& script);

} // namespace nixbuild::builder
