#include "cache/words.hpp"

namespace nixbuild::cache {

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view separators = " \t\r\n";
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(separators));
    words.emplace_back(word);
    text.remove_prefix(word.size());
  }
}

} // namespace nixbuild::cache
