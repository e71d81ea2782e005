#include "cache/words.hpp"

namespace nixbuild::cache {

namespace {

std::vector<std::string> between(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return parts;
    text.remove_prefix(begin);
    const std::string_view part = text.substr(0, text.find_first_of(separators));
    parts.emplace_back(part);
    text.remove_prefix(part.size());
  }
}

} // namespace

std::vector<std::string> words_of(std::string_view text) {
  return between(text, " \t\r\n");
}

std::vector<std::string> split(std::string_view text, char separator) {
  return between(text, std::string_view(&separator, 1));
}

} // namespace nixbuild::cache
