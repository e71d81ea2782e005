#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace nixbuild::image {

// A moment as dockerTools writes `created` and `mtime`.
struct PythonTime {
  std::string text;         // as datetime.isoformat() prints it
  std::int64_t seconds = 0; // since 1970, rounded down
};

// What Python's datetime.fromisoformat() makes of `text`: "2024-05-06T07:08:09+00:00", with
// fractions, "Z", other offsets or the date alone; "now" is `now`. A time without an offset counts
// as UTC. The error says what is wrong.
[[nodiscard]] std::expected<PythonTime, std::string>
parse_python_time(std::string_view text, std::chrono::system_clock::time_point now);

} // namespace nixbuild::image
