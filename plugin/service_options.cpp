#include "plugin/service_options.hpp"

#include "plugin/build_options.hpp"
#include "plugin/named_options.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

// They are about the command and its output, or about what Compose has no use for.
constexpr std::array left_out{"debug",         "dry-run",     "iidfile",           "load",
                              "metadata-file", "output",      "progress",          "push",
                              "push-from",     "quiet",       "insecure",          "sbom",
                              "provenance",    "compression", "force-compression", "registry-ca"};

OptionTable make_service_options() {
  OptionTable table = build_options();
  std::erase_if(table, [](const Option& option) {
    return std::ranges::find(left_out, option.name) != left_out.end();
  });
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

json::value normal(const std::string& key, const json::value& value) {
  const OptionTable& table = service_options();
  const auto option = std::ranges::find(table, std::string_view(key), &Option::name);
  if (option != table.end() && option->values.size() == 2) {
    if (value.is_array()) return pairs_of(key, value.get_array());
    if (value.is_string()) return pairs_of(key, {value});
  }
  if (value.is_array() && value.get_array().size() == 1) return value.get_array().front();
  return value;
}

} // namespace

const OptionTable& service_options() {
  static const OptionTable table = make_service_options();
  return table;
}

ParsedOptions parse_service_options(const json::object& options) {
  json::object normalised;
  for (const auto& [key, value] : options)
    normalised[key] = normal(std::string(key), value);
  return parse_named_options(service_options(), normalised);
}

} // namespace nixbuild::plugin
