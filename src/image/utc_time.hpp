#pragma once

#include <chrono>
#include <string>

namespace nixbuild::image {

// "2024-05-06T07:08:09Z" (RFC 3339).
[[nodiscard]] std::string utc_time(std::chrono::sys_seconds time);

} // namespace nixbuild::image
