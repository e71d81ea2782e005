#include "plugin/man_page.hpp"

#include "plugin/command.hpp"
#include "plugin/version.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

namespace {

// `text` as roff shows it unchanged: "-" is a minus that can be searched for and copied.
std::string escaped(std::string_view text) {
  std::string result;
  if (text.starts_with('.') || text.starts_with('\'')) result = "\\&";
  for (const char c : text) {
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
  }
  return result;
}

std::string bold(std::string_view text) {
  return format("\\fB{}\\fR", escaped(text));
}

std::string tagged(std::string_view tag, std::string_view text) {
  return format(".TP\n{}\n{}\n", tag, escaped(text));
}

std::string option_entry(const Option& option) {
  std::string tag = option.letter == '\0' ? "" : bold(format("-{}", option.letter)) + ", ";
  tag += bold(format("--{}", option.name));
  for (const std::string_view value : option.values)
    tag += format(" \\fI{}\\fR", escaped(value));
  std::string help = format("{}.", option.help);
  if (option.repeatable) help += " May be given several times.";
  if (!option.variable.empty()) help += format(" Where absent, {} counts.", option.variable);
  return tagged(tag, help);
}

std::string command_section(const Command& command) {
  std::string text =
      format(".SS \"docker nixbuild {}{}{}\"\n{}\n", command.name,
             command.arguments.empty() ? "" : " ", command.arguments, escaped(command.description));
  for (const Option& option : command.options)
    if (!option.hidden) text += option_entry(option);
  return text;
}

} // namespace

std::string man_page() {
  std::string text = format(".TH DOCKER\\-NIXBUILD 1 \"\" \"docker\\-nixbuild {}\"\n", version);
  text += format(".SH NAME\ndocker\\-nixbuild \\- {}\n", escaped(description));
  text += format(".SH SYNOPSIS\n{} [\\fIOPTIONS\\fR] {}\n.br\n{} \\fICOMMAND\\fR\n",
                 bold("docker nixbuild"), escaped(default_command().arguments),
                 bold("docker nixbuild"));
  text += ".SH COMMANDS\nA first word that names no command is an installable: "
          "\\fBdocker nixbuild .#image\\fR is \\fBdocker nixbuild build .#image\\fR.\n";
  for (const Command& command : commands())
    text += command_section(command);
  text += ".SH EXAMPLES\n";
  for (const Example& example : default_command().examples)
    text += tagged(bold(format("docker nixbuild {}", example.command_line)),
                   format("{}.", example.help));
  text += ".SH ENVIRONMENT\n";
  for (const Variable& variable : environment_variables())
    text += tagged(bold(variable.name), format("{}.", variable.help));
  text += ".SH EXIT STATUS\n";
  text += tagged("0", "The image is built and loaded.");
  text += tagged("1", "Something failed; standard error says what.");
  text += tagged("125", "The command line is wrong.");
  text += tagged("130", "The user stopped it.");
  text += ".SH SEE ALSO\n.BR docker (1),\n.BR docker\\-load (1),\n.BR nix (1)\n";
  return text;
}

} // namespace nixbuild::plugin
