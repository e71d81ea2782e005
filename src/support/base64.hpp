#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild {

// The bytes that `text` stands for: standard alphabet with padding; line ends are passed over, as
// by Go. Nothing when it is no base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

} // namespace nixbuild
