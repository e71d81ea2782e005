#include "process/parent.hpp"

#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <string_view>

#include <unistd.h>

namespace nixbuild::process {

std::vector<std::string> arguments_of_parent() {
  constexpr std::size_t longest = std::size_t{4} << 20U;
  std::string text;
  try {
    text = read_file(format("/proc/{}/cmdline", ::getppid()), longest);
  } catch (const Error&) {
    return {};
  }
  std::vector<std::string> arguments;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    arguments.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return arguments;
}

} // namespace nixbuild::process
