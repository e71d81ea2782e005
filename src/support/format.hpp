#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace nixbuild {

using fmt::format;

// Bytes for people, in decimal units as buildx and `docker images` print them: "1.23MB".
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

// Seconds as buildx's plain progress prints them: 3 decimals below 10 s, 2 below 100 s, else 1.
[[nodiscard]] std::string format_seconds(std::chrono::nanoseconds duration);

} // namespace nixbuild
