#pragma once

#include <string>

namespace nixbuild::plugin {

// The answer to `compose metadata`: every option of a service, for `up` and for `down`. Compose
// drops those that are not listed. `stop` is left out: Compose then does not call it.
[[nodiscard]] std::string provider_metadata();

} // namespace nixbuild::plugin
