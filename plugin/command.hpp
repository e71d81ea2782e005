#pragma once

#include "plugin/option.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::plugin {

struct Example {
  std::string_view command_line; // behind the program's name
  std::string_view help;
};

// A command as data: what the parser, --help, the man page and completion know of it.
struct Command {
  std::string_view name;      // of a command of a group both words: "builder ls"
  std::string_view arguments; // "[INSTALLABLE]"
  std::string_view summary;   // one line
  std::string_view description;
  std::size_t most_words = 0;
  OptionTable options;
  std::vector<Example> examples;
  bool plain_failure = false; // fails with 1 and nothing else
};

// All commands; the first one, build, is meant where none is named.
[[nodiscard]] const std::vector<Command>& commands();
[[nodiscard]] const Command& default_command();
// nullptr when there is no such command.
[[nodiscard]] const Command* find_command(std::string_view name);

// The commands of the group `command`, such as builder; none when it is a command itself.
[[nodiscard]] std::vector<const Command*> commands_of(const Command& command);
// Those that are named by one word, groups among them.
[[nodiscard]] std::vector<const Command*> top_commands();

// The command that `arguments` mean, and its own command line: `arguments` without the command's
// name. The first word names the command if one is called so, otherwise, and behind "--", build is
// meant. Options may stand before the name.
struct ChosenCommand {
  const Command& command;
  std::vector<std::string> arguments;
  bool named = false; // whether the name stood there
};
[[nodiscard]] ChosenCommand choose_command(std::span<const std::string> arguments);

// A variable that changes what we do, for the man page.
struct Variable {
  std::string_view name;
  std::string_view help;
};
[[nodiscard]] const std::vector<Variable>& environment_variables();

} // namespace nixbuild::plugin
