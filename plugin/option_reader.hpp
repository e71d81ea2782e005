#pragma once

#include "plugin/option.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::plugin {

// What one step through a command line finds.
struct Token {
  enum class Kind {
    word,          // no option
    option,        // `option` with its `values`; a switch given as --x=… has one value
    dashes,        // "--": everything behind it is a word
    unknown,       // looks like an option that is not in the table
    missing_value, // `option` at the end of the line, with fewer values than it takes
    malformed,     // "---x" or "--=x"
  };
  Kind kind = Kind::word;
  const Option* option = nullptr;
  std::vector<std::string> values;
  std::string text;      // as typed: the word, "--flag", or the bundle "-abc"
  char letter = '\0';    // which letter of a bundle is meant; 0 for long options
  std::size_t index = 0; // of the argument that it started in
};

// Walks over a command line in the grammar of spf13/pflag, which the docker CLI uses: --f=v, --f v,
// -f v, -fv, -f=v, bundles such as -qt v, --switch=false, and "--". Decides nothing: an error is a
// token, so that completion can read half-typed lines.
class OptionReader {
public:
  // Both must live longer.
  OptionReader(const OptionTable& table, std::span<const std::string> arguments)
      : table_(table)
      , arguments_(arguments) {}

  // Nothing at the end of the line.
  [[nodiscard]] std::optional<Token> next();
  // The argument that next() starts at; all before it have been read.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }

private:
  [[nodiscard]] Token read_long(std::string_view text);
  [[nodiscard]] Token read_letter();
  void take_values(Token& token, std::optional<std::string_view> first);

  const OptionTable& table_;
  std::span<const std::string> arguments_;
  std::size_t position_ = 0;
  std::string_view bundle_;      // the argument that short options are being read from
  std::string_view bundle_rest_; // its letters that are still to be read
  bool only_words_ = false;      // "--" has been seen
};

} // namespace nixbuild::plugin
