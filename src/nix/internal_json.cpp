#include "nix/internal_json.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <exception>
#include <optional>

namespace nixbuild::nix {

namespace json = boost::json;

namespace {

constexpr std::string_view prefix = "@nix ";
constexpr std::size_t most_fields = 16;

std::uint64_t number(const json::object& object, std::string_view key) {
  return object.at(key).to_number<std::uint64_t>();
}

std::string text(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

std::vector<Field> fields(const json::object& object) {
  std::vector<Field> list;
  const json::value* found = object.if_contains("fields");
  if (found == nullptr) return list;
  for (const json::value& item : found->as_array()) {
    if (list.size() == most_fields) break;
    if (item.is_string()) {
      list.emplace_back(std::string(item.as_string()));
    } else {
      list.emplace_back(item.to_number<std::uint64_t>());
    }
  }
  return list;
}

std::optional<LogEvent> understand(const json::object& object) {
  const std::string action = text(object, "action");
  if (action == "start") {
    return ActivityStarted{.id = number(object, "id"),
                           .parent = object.contains("parent") ? number(object, "parent") : 0,
                           .type = number(object, "type"),
                           .level = number(object, "level"),
                           .text = text(object, "text"),
                           .fields = fields(object)};
  }
  if (action == "stop") return ActivityStopped{number(object, "id")};
  if (action == "result") {
    return ActivityResult{
        .id = number(object, "id"), .type = number(object, "type"), .fields = fields(object)};
  }
  if (action == "msg") {
    return LogMessage{.level = number(object, "level"), .text = text(object, "msg")};
  }
  return std::nullopt;
}

} // namespace

LogEvent parse_log_line(std::string_view line) {
  if (line.starts_with(prefix)) {
    try {
      const json::value value = json::parse(line.substr(prefix.size()));
      if (auto event = understand(value.as_object())) return *std::move(event);
    } catch (const std::exception&) { // not JSON, or not what we expect in it
      return PlainLine{std::string(line)};
    }
  }
  return PlainLine{std::string(line)};
}

} // namespace nixbuild::nix
