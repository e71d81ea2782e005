#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::cache {

// What stands between spaces, tabs and line ends.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

} // namespace nixbuild::cache
