#pragma once

#include <string>
#include <string_view>

namespace nixbuild::progress {

// `text` as it can be shown on one line of any terminal: escape sequences and control characters
// are gone, a tab is a blank, and what is no UTF-8 is U+FFFD. Of a text with carriage returns only
// what the last one left visible stays.
[[nodiscard]] std::string printable(std::string_view text);

// How many columns a terminal needs for `text`, which is printable.
[[nodiscard]] int columns_of(std::string_view text);

// `text` cut to at most `columns`, ending in "..." when something was cut.
[[nodiscard]] std::string fit(std::string_view text, int columns);

// `text` with whatever is no UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

} // namespace nixbuild::progress
