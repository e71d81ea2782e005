#pragma once

#include <string>
#include <string_view>

namespace nixbuild::archive {

// File names as Python sees them: UTF-8 decoded, each byte that is not part of well-formed UTF-8
// standing for the lone surrogate U+DC80 to U+DCFF (PEP 383, "surrogateescape").
[[nodiscard]] std::u32string python_decode(std::string_view bytes);

[[nodiscard]] bool is_ascii(std::string_view bytes) noexcept;
[[nodiscard]] bool is_utf8(std::string_view bytes);

} // namespace nixbuild::archive
