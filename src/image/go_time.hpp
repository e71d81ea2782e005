#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace nixbuild::image {

// A moment of RFC 3339 ("2024-05-06T07:08:09.5+02:00") as Go writes the time.Time that it reads
// from it: without zeros at the end of a fraction, with "Z" for no offset. The error says what is
// wrong.
[[nodiscard]] std::expected<std::string, std::string> go_time(std::string_view text);

} // namespace nixbuild::image
