#pragma once

#include <string_view>
#include <vector>

namespace nixbuild::plugin {

// What a shell offers for an option's value.
enum class ValueCompletion { nothing, words, files, directories };

// Under which title --help lists an option.
enum class OptionSection {
  command, // its own
  image,   // about an image that we make from store paths
  nix,     // Nix's, handed on under its own name
};

// One option of a command. The parser, --help, the man page and completion all read this.
struct Option {
  std::string_view name;                // without dashes
  char letter = '\0';                   // its short form, if any
  std::vector<std::string_view> values; // what its values are called; none for a switch
  std::string_view help;                // one line, no full stop
  bool repeatable = false;              // otherwise the last one counts
  ValueCompletion completion = ValueCompletion::nothing;
  std::vector<std::string_view> words; // for ValueCompletion::words
  std::string_view variable;           // environment variable that gives a value where it is absent
  OptionSection section = OptionSection::command;
  bool hidden = false;     // understood but not told
  bool takes_json = false; // in a configuration file its value may be an object or a list

  [[nodiscard]] bool is_switch() const noexcept { return values.empty(); }
};

using OptionTable = std::vector<Option>;

} // namespace nixbuild::plugin
