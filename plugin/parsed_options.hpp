#pragma once

#include "plugin/option.hpp"
#include "support/environment.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::plugin {

// The options and words of a command line. Asking for an option that is not in the table that was
// parsed with answers as for one that was not given.
class ParsedOptions {
public:
  struct Given {
    const Option* option;            // lives as long as the table
    std::vector<std::string> values; // of a switch: "true" or "false"
  };

  // Whether the switch `name` is on.
  [[nodiscard]] bool is_on(std::string_view name) const;
  // Whether the option stood on the command line.
  [[nodiscard]] bool was_given(std::string_view name) const;
  // The value of the last `name`.
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
  // The values of each `name`, in order.
  [[nodiscard]] std::vector<std::vector<std::string>> all(std::string_view name) const;

  std::vector<Given> given; // in the order of the command line
  std::vector<std::string> words;
  std::size_t read_arguments = 0; // how many arguments were read

private:
  [[nodiscard]] const Given* last(std::string_view name) const;
};

// Where parsing ends.
enum class Until {
  end,        // words and options may stand in any order
  first_word, // the first word and all behind it are left unread
};

// Reads `arguments` as pflag does (OptionReader). A switch called "help" ends parsing, so that help
// is shown whatever else is wrong. Throws an Error of kind usage in pflag's words.
[[nodiscard]] ParsedOptions parse_options(const OptionTable& table,
                                          std::span<const std::string> arguments, Until until);

// Adds, for options that were not given, the values of their environment variables. Throws an
// Error of kind invalid_input for a switch whose variable is neither true nor false.
void add_from_environment(ParsedOptions& options, const OptionTable& table,
                          const Environment& environment);

} // namespace nixbuild::plugin
