#include "plugin/named_options.hpp"

#include "nix/nearest.hpp"
#include "plugin/parse_bool.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace nixbuild::plugin {

namespace {

namespace json = boost::json;

constexpr std::string_view installable_key = "installable";

[[noreturn]] void refuse(std::string_view key, std::string_view reason) {
  throw Error(ErrorKind::invalid_input, format("option \"{}\" {}", key, reason));
}

[[noreturn]] void refuse_unknown(const OptionTable& table, std::string_view key) {
  std::vector<std::string> names{std::string(installable_key)};
  for (const Option& option : table)
    if (!option.hidden) names.emplace_back(option.name);
  Error error(ErrorKind::invalid_input, format("unknown option \"{}\"", key));
  const auto nearest = nix::nearest_names(key, names);
  if (nearest.empty()) throw error;
  throw std::move(error).with_hint(format("did you mean \"{}\"?", nearest.front()));
}

std::string text_of(std::string_view key, const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_number() || value.is_bool()) return json::serialize(value);
  refuse(key, "needs a text");
}

void add_switch(ParsedOptions& parsed, const Option& option, const json::value& value) {
  const auto on = parse_bool(text_of(option.name, value));
  if (!on) refuse(option.name, "is neither true nor false");
  parsed.given.push_back({&option, {*on ? "true" : "false"}});
}

void add_pairs(ParsedOptions& parsed, const Option& option, const json::value& value) {
  if (!value.is_object()) refuse(option.name, "needs an object of names and values");
  for (const auto& [name, text] : value.get_object())
    parsed.given.push_back({&option, {std::string(name), text_of(option.name, text)}});
}

void add(ParsedOptions& parsed, const Option& option, const json::value& value) {
  if (option.is_switch()) return add_switch(parsed, option, value);
  if (option.values.size() == 2) return add_pairs(parsed, option, value);
  if (option.takes_json && (value.is_object() || value.is_array())) {
    parsed.given.push_back({&option, {json::serialize(value)}});
    return;
  }
  if (!value.is_array()) {
    parsed.given.push_back({&option, {text_of(option.name, value)}});
    return;
  }
  if (!option.repeatable && value.get_array().size() > 1) refuse(option.name, "takes one value");
  for (const json::value& one : value.get_array())
    parsed.given.push_back({&option, {text_of(option.name, one)}});
}

} // namespace

ParsedOptions parse_named_options(const OptionTable& table, const json::object& options) {
  ParsedOptions parsed;
  for (const auto& [key, value] : options) {
    if (key == installable_key) {
      parsed.words.push_back(text_of(key, value));
      continue;
    }
    const auto option = std::ranges::find(table, std::string_view(key), &Option::name);
    if (option == table.end() || option->hidden) refuse_unknown(table, key);
    add(parsed, *option, value);
  }
  return parsed;
}

} // namespace nixbuild::plugin
