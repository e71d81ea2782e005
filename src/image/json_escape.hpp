#pragma once

#include <string_view>

namespace nixbuild::image {

// The escape of two characters that JSON has for `c` (RFC 8259 section 7) and that Go and Python
// both use; empty where there is none.
[[nodiscard]] constexpr std::string_view short_json_escape(char32_t c) {
  switch (c) {
  case U'"':
    return "\\\"";
  case U'\\':
    return "\\\\";
  case U'\b':
    return "\\b";
  case U'\f':
    return "\\f";
  case U'\n':
    return "\\n";
  case U'\r':
    return "\\r";
  case U'\t':
    return "\\t";
  default:
    return {};
  }
}

} // namespace nixbuild::image
