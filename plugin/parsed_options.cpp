#include "plugin/parsed_options.hpp"

#include "plugin/option_reader.hpp"
#include "plugin/parse_bool.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::plugin {

namespace {

std::string spelled(const Token& token) {
  return token.letter == '\0' ? token.text : format("'{}' in {}", token.letter, token.text);
}

[[noreturn]] void refuse(const Token& token) {
  using enum Token::Kind;
  std::string reason;
  switch (token.kind) {
  case unknown:
    reason =
        format("unknown {}: {}", token.letter == '\0' ? "flag" : "shorthand flag", spelled(token));
    break;
  case missing_value:
    reason = token.option->values.size() == 1 ? format("flag needs an argument: {}", spelled(token))
                                              : format("flag needs {} arguments: {}",
                                                       token.option->values.size(), spelled(token));
    break;
  default:
    reason = format("bad flag syntax: {}", token.text);
  }
  throw Error(ErrorKind::usage, reason);
}

void add(ParsedOptions& options, Token&& token) {
  if (token.option->is_switch()) {
    const std::string text = token.values.empty() ? "true" : token.values.front();
    const auto value = parse_bool(text);
    if (!value)
      throw Error(ErrorKind::usage,
                  format("invalid argument \"{}\" for \"--{}\" flag: it is neither true nor false",
                         text, token.option->name));
    token.values = {*value ? "true" : "false"};
  }
  options.given.push_back({token.option, std::move(token.values)});
}

} // namespace

const ParsedOptions::Given* ParsedOptions::last(std::string_view name) const {
  const auto found = std::find_if(given.rbegin(), given.rend(),
                                  [&](const Given& one) { return one.option->name == name; });
  return found == given.rend() ? nullptr : &*found;
}

bool ParsedOptions::is_on(std::string_view name) const {
  return value(name) == "true";
}

bool ParsedOptions::was_given(std::string_view name) const {
  return last(name) != nullptr;
}

std::optional<std::string> ParsedOptions::value(std::string_view name) const {
  const Given* found = last(name);
  if (found == nullptr) return std::nullopt;
  return found->values.front();
}

std::vector<std::vector<std::string>> ParsedOptions::all(std::string_view name) const {
  std::vector<std::vector<std::string>> values;
  for (const Given& one : given)
    if (one.option->name == name) values.push_back(one.values);
  return values;
}

ParsedOptions parse_options(const OptionTable& table, std::span<const std::string> arguments,
                            Until until) {
  ParsedOptions options;
  OptionReader reader(table, arguments);
  while (auto token = reader.next()) {
    switch (token->kind) {
    case Token::Kind::word:
      if (until == Until::first_word) {
        options.read_arguments = token->index;
        return options;
      }
      options.words.push_back(std::move(token->text));
      break;
    case Token::Kind::dashes:
      break;
    case Token::Kind::option:
      add(options, std::move(*token));
      if (options.is_on("help") && until == Until::end) return options;
      break;
    default:
      refuse(*token);
    }
  }
  options.read_arguments = arguments.size();
  return options;
}

void add_from_environment(ParsedOptions& options, const OptionTable& table,
                          const Environment& environment) {
  for (const Option& option : table) {
    if (option.variable.empty() || options.was_given(option.name)) continue;
    const auto text = environment.get(option.variable);
    if (!text) continue;
    std::string value = *text;
    if (option.is_switch()) {
      const auto on = parse_bool(*text);
      if (!on)
        throw Error(ErrorKind::invalid_input,
                    format("{}=\"{}\" is neither true nor false", option.variable, *text));
      value = *on ? "true" : "false";
    }
    options.given.push_back({&option, {std::move(value)}});
  }
}

} // namespace nixbuild::plugin
