#include "plugin/table.hpp"

#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::plugin {

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const auto& widest =
          std::ranges::max(rows, {}, [&](const auto& one) { return one.at(column).size(); });
      line += format("{:<{}}", row.at(column), widest.at(column).size() + 3);
    }
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

} // namespace nixbuild::plugin
