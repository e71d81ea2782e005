#include "registry/challenge.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace nixbuild::registry {

// WWW-Authenticate = challenge *( "," challenge )
// challenge        = scheme [ 1*SP ( token68 / [ parameter *( "," parameter ) ] ) ]
// parameter        = token "=" ( token / quoted-string )
// The comma has two uses, so a word counts as a parameter's name only where "=" follows.

namespace {

bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

class Parser {
public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Challenge> parse() {
    std::vector<Challenge> challenges;
    while (true) {
      skip_separators();
      const std::string_view word = token();
      if (word.empty()) return challenges;
      skip_space();
      if (!challenges.empty() && text_.starts_with('=')) {
        if (!parameter(word, challenges.back())) return challenges;
      } else {
        challenges.push_back({.scheme = lower(word), .parameters = {}});
        skip_token68();
      }
    }
  }

private:
  void skip_space() {
    while (text_.starts_with(' ') || text_.starts_with('\t'))
      text_.remove_prefix(1);
  }

  void skip_separators() {
    while (text_.starts_with(' ') || text_.starts_with('\t') || text_.starts_with(','))
      text_.remove_prefix(1);
  }

  std::string_view token() {
    const auto end = std::ranges::find_if_not(text_, is_token_character);
    const std::string_view word = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
    text_.remove_prefix(word.size());
    return word;
  }

  // "Negotiate oAcgChIE==" has no use for us.
  void skip_token68() {
    Parser ahead = *this;
    while (!ahead.text_.empty() && (is_token_character(ahead.text_[0]) || ahead.text_[0] == '/'))
      ahead.text_.remove_prefix(1);
    while (ahead.text_.starts_with('='))
      ahead.text_.remove_prefix(1);
    ahead.skip_space();
    if (ahead.text_.empty() || ahead.text_.starts_with(',')) *this = ahead;
  }

  bool parameter(std::string_view name, Challenge& challenge) {
    text_.remove_prefix(1);
    skip_space();
    std::optional<std::string> value = text_.starts_with('"') ? quoted() : std::string(token());
    if (!value) return false;
    challenge.parameters.emplace(lower(name), std::move(*value));
    return true;
  }

  // Nothing when the quote does not end.
  std::optional<std::string> quoted() {
    std::string value;
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        text_.remove_prefix(i + 1);
        return value;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      value += text_[i];
    }
    return std::nullopt;
  }

  std::string_view text_;
};

} // namespace

std::string Challenge::parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

std::vector<Challenge> parse_challenges(std::string_view header) {
  return Parser(header).parse();
}

} // namespace nixbuild::registry
