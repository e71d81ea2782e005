#include "process/command.hpp"

#include <string_view>

namespace nixbuild::process {

namespace {

bool is_plain(std::string_view word) {
  static constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
      "0123456789_@%+=:,./-";
  return !word.empty() && word.find_first_not_of(harmless) == std::string_view::npos;
}

// POSIX shell quoting: nothing is special between single quotes but the quote itself.
std::string shell_quoted(std::string_view word) {
  if (is_plain(word)) return std::string(word);
  std::string text = "'";
  for (const char character : word) {
    if (character == '\'') {
      text += R"('\'')";
    } else {
      text += character;
    }
  }
  return text + "'";
}

} // namespace

std::string to_string(const Command& command) {
  std::string line;
  if (command.directory) line += "cd " + shell_quoted(command.directory->string()) + " && ";
  bool changes_environment = false;
  for (const auto& [name, value] : command.environment) {
    if (!changes_environment) line += "env ";
    changes_environment = true;
    line += value ? shell_quoted(name + "=" + *value) : "-u " + shell_quoted(name);
    line += ' ';
  }
  for (std::size_t index = 0; index < command.argv.size(); ++index) {
    if (index != 0) line += ' ';
    line += shell_quoted(command.argv[index]);
  }
  return line;
}

} // namespace nixbuild::process
