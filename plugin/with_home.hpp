#pragma once

#include "support/environment.hpp"

namespace nixbuild::plugin {

// `environment` with HOME as the docker CLI understands it: the passwd database's when it is not
// set.
[[nodiscard]] Environment with_home(const Environment& environment);

} // namespace nixbuild::plugin
