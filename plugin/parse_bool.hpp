#pragma once

#include <optional>
#include <string_view>

namespace nixbuild::plugin {

// "true", "1", "F", …: what Go's strconv.ParseBool takes.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

} // namespace nixbuild::plugin
