#include "plugin/option_reader.hpp"

#include <algorithm>

namespace nixbuild::plugin {

namespace {

template <class Predicate>
const Option* find(const OptionTable& table, Predicate predicate) {
  const auto found = std::ranges::find_if(table, predicate);
  return found == table.end() ? nullptr : &*found;
}

} // namespace

std::optional<Token> OptionReader::next() {
  if (!bundle_rest_.empty()) return read_letter();
  if (position_ == arguments_.size()) return std::nullopt;
  const std::size_t index = position_++;
  const std::string& argument = arguments_[index];
  const bool is_word = only_words_ || argument.size() < 2 || argument[0] != '-';
  Token token;
  if (is_word) {
    token.text = argument;
  } else if (argument == "--") {
    only_words_ = true;
    token.kind = Token::Kind::dashes;
    token.text = argument;
  } else if (argument.starts_with("--")) {
    token = read_long(argument);
  } else {
    bundle_ = argument;
    bundle_rest_ = bundle_.substr(1);
    return read_letter();
  }
  token.index = index;
  return token;
}

Token OptionReader::read_long(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(2, equals == text.npos ? text.npos : equals - 2);
  Token token{.kind = Token::Kind::option, .text = std::string(text.substr(0, equals))};
  if (name.empty() || name.starts_with('-')) {
    token.kind = Token::Kind::malformed;
    token.text = text;
    return token;
  }
  token.option = find(table_, [&](const Option& option) { return option.name == name; });
  if (token.option == nullptr) {
    token.kind = Token::Kind::unknown;
    return token;
  }
  take_values(token, equals == text.npos ? std::nullopt : std::optional(text.substr(equals + 1)));
  return token;
}

Token OptionReader::read_letter() {
  const char letter = bundle_rest_.front();
  bundle_rest_.remove_prefix(1);
  Token token{.kind = Token::Kind::option,
              .text = std::string(bundle_),
              .letter = letter,
              .index = position_ - 1};
  token.option = find(table_, [&](const Option& option) { return option.letter == letter; });
  if (token.option == nullptr) {
    token.kind = Token::Kind::unknown;
    bundle_rest_ = {};
    return token;
  }
  std::optional<std::string_view> first;
  if (bundle_rest_.size() > 1 && bundle_rest_.front() == '=')
    first = bundle_rest_.substr(1);
  else if (!token.option->is_switch() && !bundle_rest_.empty())
    first = bundle_rest_;
  if (first) bundle_rest_ = {};
  take_values(token, first);
  return token;
}

void OptionReader::take_values(Token& token, std::optional<std::string_view> first) {
  if (first) token.values.emplace_back(*first);
  while (token.values.size() < token.option->values.size()) {
    if (position_ == arguments_.size()) {
      token.kind = Token::Kind::missing_value;
      return;
    }
    token.values.push_back(arguments_[position_++]);
  }
}

} // namespace nixbuild::plugin
