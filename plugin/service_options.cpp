#include "plugin/service_options.hpp"

#include "plugin/build_options.hpp"
#include "plugin/named_options.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

// They are about the command and its output, or about what Compose has no use for.
constexpr std::array<std::string_view, 17> left_out{
    "compression", "debug",  "dry-run",  "force-compression", "iidfile",    "insecure",
    "load",        "output", "progress", "metadata-file",     "provenance", "push",
    "push-from",   "quiet",  "sbom",     "registry-ca",       "watch"};

OptionTable make_service_options() {
  OptionTable table = build_options_without(left_out);
  table.push_back({.name = "context",
                   .values = {"CONTEXT"},
                   .help = "Load into the engine of this Docker context"});
  std::ranges::sort(table, {}, &Option::name);
  return table;
}

json::object pairs_of(std::string_view key, const json::array& texts) {
  json::object pairs;
  for (const json::value& one : texts) {
    const auto* text = one.if_string();
    const std::size_t equals = text == nullptr ? json::string::npos : text->find('=');
    if (equals == json::string::npos)
      throw Error(ErrorKind::invalid_input, format("option \"{}\" needs NAME=VALUE", key));
    pairs[text->subview(0, equals)] = text->subview(equals + 1);
  }
  return pairs;
}

json::array texts_of(std::string_view key, const json::object& pairs) {
  json::array texts;
  for (const auto& [name, value] : pairs) {
    if (!value.is_string())
      throw Error(ErrorKind::invalid_input,
                  format("option \"{}\" needs a text for {}", key, std::string_view(name)));
    texts.emplace_back(
        format("{}={}", std::string_view(name), std::string_view(value.get_string())));
  }
  return texts;
}

json::value normal(const Option& option, const json::value& value) {
  if (option.values.size() == 2) {
    if (value.is_array()) return pairs_of(option.name, value.get_array());
    if (value.is_string()) return pairs_of(option.name, {value});
  }
  if (option.repeatable && option.values.size() == 1 && value.is_object())
    return texts_of(option.name, value.get_object());
  return value;
}

} // namespace

const OptionTable& service_options() {
  static const OptionTable table = make_service_options();
  return table;
}

OptionTable build_options_without(std::span<const std::string_view> names) {
  OptionTable table = build_options();
  std::erase_if(table, [&](const Option& option) {
    return std::ranges::find(names, option.name) != names.end();
  });
  return table;
}

ParsedOptions parse_listed_options(const OptionTable& table, const json::object& options) {
  json::object normalised;
  for (const auto& [key, value] : options) {
    const auto option = std::ranges::find(table, std::string_view(key), &Option::name);
    json::value one = option == table.end() ? value : normal(*option, value);
    if (one.is_array() && one.get_array().size() == 1) {
      json::value only = one.get_array().front();
      one = std::move(only);
    }
    normalised[key] = std::move(one);
  }
  return parse_named_options(table, normalised);
}

} // namespace nixbuild::plugin
