#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::plugin {

// The parts of "a, b,c" without the blanks around them; always at least one, possibly empty.
[[nodiscard]] std::vector<std::string> split_at_commas(std::string_view text);

// One line of comma-separated values as RFC 4180 and Go's encoding/csv have it: a field in double
// quotes may hold commas, and quotes written twice. Throws an Error of kind invalid_input for
// quotes that do not match.
[[nodiscard]] std::vector<std::string> csv_fields(std::string_view line);

} // namespace nixbuild::plugin
