#pragma once

#include <algorithm>
#include <string_view>

namespace nixbuild::source {

// Takes the first word of a text, and the space behind it.
inline std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

} // namespace nixbuild::source
