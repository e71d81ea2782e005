#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nixbuild {

// Where in `text` the byte at `offset` stands, for messages: "line 3, column 7", both from 1.
[[nodiscard]] std::string line_and_column(std::string_view text, std::size_t offset);

} // namespace nixbuild
