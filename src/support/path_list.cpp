#include "support/path_list.hpp"

#include <algorithm>

namespace nixbuild {

std::vector<std::string> split_path_list(std::string_view list) {
  std::vector<std::string> folders;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    if (end > 0) folders.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return folders;
}

} // namespace nixbuild
