#include "bake/target_options.hpp"

#include "bake/definition.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace nixbuild::bake {

namespace json = boost::json;

namespace {

// Ours, which are build's, and buildx's.
constexpr std::array<std::pair<const char*, const char*>, 5> other_names{{
    {"tag", "tags"},
    {"platform", "platforms"},
    {"label", "labels"},
    {"annotation", "annotations"},
    {"argstr", "args"},
}};

constexpr std::array lists{"tags",     "platforms",  "annotations", "output",
                           "inherits", "cache-from", "cache-to"};

} // namespace

std::string canonical_key(const std::string& key) {
  const auto* found =
      std::ranges::find(other_names, key, [](const auto& pair) { return pair.first; });
  return found == other_names.end() ? key : found->second;
}

bool is_list(const std::string& canonical_key) {
  return std::ranges::find(lists, canonical_key) != lists.end();
}

void merge_into(json::object& base, const json::object& own) {
  for (const auto& [key, value] : own) {
    json::value& place = base[key];
    if (place.is_object() && value.is_object()) {
      for (const auto& [name, member] : value.get_object())
        place.get_object()[name] = member;
    } else {
      place = value;
    }
  }
}

json::object canonical(const json::object& options) {
  json::object result;
  for (const auto& [given, value] : options) {
    const std::string key = canonical_key(given);
    result[key] = is_list(key) && value.is_string() ? json::value(json::array{value}) : value;
  }
  return result;
}

std::string canonical_target(const std::string& options) {
  return json::serialize(canonical(json::parse(options).as_object()));
}

} // namespace nixbuild::bake
