#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::cache {

// What stands between spaces, tabs and line ends.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

// What stands between `separator`, without what is empty.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

} // namespace nixbuild::cache
