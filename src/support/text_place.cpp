#include "support/text_place.hpp"

#include "support/format.hpp"

#include <algorithm>

namespace nixbuild {

std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_end = before.rfind('\n');
  const std::size_t column =
      line_end == std::string_view::npos ? before.size() + 1 : before.size() - line_end;
  return format("line {}, column {}", line, column);
}

} // namespace nixbuild
