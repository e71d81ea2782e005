#include "plugin/parse_bool.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::plugin {

std::optional<bool> parse_bool(std::string_view text) {
  static constexpr std::array yes{"1", "t", "T", "true", "TRUE", "True"};
  static constexpr std::array no{"0", "f", "F", "false", "FALSE", "False"};
  if (std::ranges::find(yes, text) != yes.end()) return true;
  if (std::ranges::find(no, text) != no.end()) return false;
  return std::nullopt;
}

} // namespace nixbuild::plugin
