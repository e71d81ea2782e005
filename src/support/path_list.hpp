#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild {

// The folders of a list such as PATH holds, without empty ones.
[[nodiscard]] std::vector<std::string> split_path_list(std::string_view list);

} // namespace nixbuild
