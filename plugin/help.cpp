#include "plugin/help.hpp"

#include "plugin/version.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <vector>

namespace nixbuild::plugin {

namespace {

constexpr std::size_t line_width = 80;

struct Entry {
  std::string term;
  std::string text;
};

// Two columns, the second one aligned.
std::string listing(const std::vector<Entry>& entries) {
  std::size_t width = 0;
  for (const Entry& entry : entries)
    width = std::max(width, entry.term.size());
  std::string text;
  for (const Entry& entry : entries)
    text += format("  {:<{}}   {}\n", entry.term, width, entry.text);
  return text;
}

std::vector<Entry> entries_of(const std::vector<const Command*>& commands) {
  std::vector<Entry> entries;
  entries.reserve(commands.size());
  for (const Command* command : commands)
    entries.push_back({std::string(command->name), std::string(command->summary)});
  return entries;
}

std::string wrapped(std::string_view paragraph) {
  std::string text;
  std::size_t column = 0;
  while (!paragraph.empty()) {
    const std::size_t end = std::min(paragraph.find(' '), paragraph.size());
    const std::string_view word = paragraph.substr(0, end);
    paragraph.remove_prefix(std::min(end + 1, paragraph.size()));
    if (column != 0 && column + 1 + word.size() > line_width) {
      text += '\n';
      column = 0;
    }
    if (column != 0) text += ' ', ++column;
    text += word;
    column += word.size();
  }
  return text + "\n";
}

std::string option_section(std::string_view title, const OptionTable& options,
                           OptionSection section) {
  std::vector<Entry> entries;
  for (const Option& option : options)
    if (!option.hidden && option.section == section)
      entries.push_back({option_syntax(option), std::string(option.help)});
  return entries.empty() ? "" : format("\n{}:\n{}", title, listing(entries));
}

} // namespace

std::string option_syntax(const Option& option) {
  std::string text = option.letter == '\0' ? "    " : format("-{}, ", option.letter);
  text += format("--{}", option.name);
  for (const std::string_view value : option.values)
    text += format(" {}", value);
  return text;
}

std::string usage_line(const Command& command, std::string_view program) {
  const bool has_options =
      std::ranges::any_of(command.options, [](const Option& option) { return !option.hidden; });
  return format("Usage:  {} {}{}{}{}", program, command.name, has_options ? " [OPTIONS]" : "",
                command.arguments.empty() ? "" : " ", command.arguments);
}

std::string overview(std::string_view program) {
  const std::string listed = listing(entries_of(top_commands()));
  return format("Usage:  {0} [OPTIONS] {1}\n        {0} COMMAND\n\n{2}\n\nCommands:\n{3}\n"
                "Run '{0} COMMAND --help' for more information on a command.\n",
                program, default_command().arguments, description, listed);
}

std::string help_of(const Command& command, std::string_view program) {
  std::string text = format("{}\n\n{}", usage_line(command, program), wrapped(command.description));
  if (!command.examples.empty()) {
    std::vector<Entry> entries;
    entries.reserve(command.examples.size());
    for (const Example& example : command.examples)
      entries.push_back(
          {format("{} {}", program, example.command_line), std::string(example.help)});
    text += format("\nExamples:\n{}", listing(entries));
  }
  if (const auto members = commands_of(command); !members.empty())
    text += format("\nCommands:\n{}", listing(entries_of(members)));
  text += option_section("Options", command.options, OptionSection::command);
  text += option_section("Options for an image made of a package or a NixOS system",
                         command.options, OptionSection::image);
  text += option_section("Options handed on to Nix", command.options, OptionSection::nix);
  return text;
}

} // namespace nixbuild::plugin
