#include "plugin/print_error.hpp"

#include "progress/text.hpp"
#include "support/format.hpp"

#include <string_view>

namespace nixbuild::plugin {

namespace {

// Each line of `text` behind `prefix`; blank lines at its end are left out.
std::string lines_behind(std::string_view prefix, std::string_view text) {
  std::string result;
  const std::size_t end_of_text = text.find_last_not_of(" \t\r\n");
  text = text.substr(0, end_of_text == text.npos ? 0 : end_of_text + 1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = format("{}{}", prefix, progress::printable(text.substr(0, end)));
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

} // namespace

std::string error_text(const Error& error) {
  std::string text = format("ERROR: {}\n", progress::printable(error.message()));
  for (const std::string& frame : error.frames())
    text += format("  while {}\n", progress::printable(frame));
  text += lines_behind("  | ", error.detail());
  text += lines_behind("  ", error.hint());
  return text;
}

} // namespace nixbuild::plugin
