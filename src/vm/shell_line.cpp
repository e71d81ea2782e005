#include "vm/shell_line.hpp"

#include "builder/any_shell.hpp"
#include "process/command.hpp"
#include "support/format.hpp"

#include <string_view>

namespace nixbuild::vm {

namespace {

// Every shell takes these as they are, also inside quotes.
constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789_@%+=:,./-";

// For printf's %b (POSIX XCU printf): the only special sign left is the backslash in front of an
// octal number, which no shell takes for anything between single quotes.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char sign : text) {
    if (harmless.find(sign) != std::string_view::npos)
      result += sign;
    else
      result += format("\\0{:03o}", static_cast<unsigned char>(sign));
  }
  return result;
}

} // namespace

std::string shell_line(const std::vector<std::string>& argv) {
  // Between double quotes, since sh itself would take the backslashes out.
  return builder::for_any_shell(
      format("eval \"$(printf %b \"{}\")\"", escaped(process::to_string({.argv = argv}))));
}

} // namespace nixbuild::vm
