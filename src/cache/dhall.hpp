#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nixbuild::cache {

// A value of Dhall, as far as configuration files that programs write have it: texts, lists and
// records; numbers, truth values and the like are kept as the words that they are.
struct DhallValue {
  using List = std::vector<DhallValue>;
  using Record = std::map<std::string, DhallValue, std::less<>>;
  struct Word {
    std::string text;
  };
  std::variant<std::string, List, Record, Word> value;

  // nullptr for another kind.
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&value); }
  [[nodiscard]] const Record* record() const { return std::get_if<Record>(&value); }
};

// A text as Dhall has it.
[[nodiscard]] std::string dhall_text(std::string_view text);

// Reads an expression (dhall-lang.org, standard/dhall.abnf) that needs no evaluation: strings in
// both forms without interpolation, lists and records with or without types, comments. Throws an
// Error of kind corrupt that names the line in `file` and nothing of what stands there, which may
// be a secret.
[[nodiscard]] DhallValue parse_dhall(std::string_view text, std::string_view file);

} // namespace nixbuild::cache
