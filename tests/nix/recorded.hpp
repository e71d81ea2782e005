#pragma once

#include "sources.hpp"
#include "support/files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::nix::recorded {

// What real Nix wrote on stderr (fixtures/README.md).
inline constexpr std::array<std::string_view, 3> versions{"2.8", "2.26", "2.34"};

inline std::string text(std::string_view version, std::string_view file) {
  return read_file(tests::sources() / "tests/nix/fixtures" / version / file);
}

inline std::vector<std::string> lines(std::string_view version, std::string_view file) {
  std::vector<std::string> list;
  const std::string all = text(version, file);
  std::string_view rest = all;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    list.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return list;
}

} // namespace nixbuild::nix::recorded
