#include "config/go_json.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "support/text_place.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace nixbuild::config {

namespace json = boost::json;

namespace {

constexpr std::string_view json_space = " \t\r\n";

std::string_view type_name(const json::value& value) {
  switch (value.kind()) {
  case json::kind::null:
    return "null";
  case json::kind::bool_:
    return "a boolean";
  case json::kind::string:
    return "a string";
  case json::kind::array:
    return "a list";
  case json::kind::object:
    return "an object";
  default:
    return "a number";
  }
}

[[noreturn]] void wrong_type(const json::value& value, const JsonPlace& place,
                             std::string_view expected) {
  const std::string subject = place.key.empty() ? "the document" : format("\"{}\"", place.key);
  throw Error(ErrorKind::corrupt, format("{}: {} must be {}, not {}", place.file.string(), subject,
                                         expected, type_name(value)));
}

} // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(left, right, {}, lower, lower);
}

JsonPlace JsonPlace::member(std::string_view name) const {
  return {file, key.empty() ? std::string(name) : format("{}.{}", key, name)};
}

json::value parse_json(std::string_view text, const JsonPlace& place) {
  const std::size_t start = text.find_first_not_of(json_space);
  if (start == std::string_view::npos) return nullptr;
  const std::string_view value = text.substr(start);
  json::stream_parser parser;
  boost::system::error_code error;
  const std::size_t read = parser.write_some(value.data(), value.size(), error);
  if (!error && !parser.done()) parser.finish(error);
  if (error) {
    throw Error(ErrorKind::corrupt, format("{} is not valid JSON: {}: {}", place.file.string(),
                                           line_and_column(text, start + read), error.message()));
  }
  return parser.release();
}

const json::value* find_member(const json::object& object, std::string_view key) {
  const json::value* found = nullptr;
  for (const auto& member : object) {
    if (equal_ignoring_case(member.key(), key) && !member.value().is_null()) {
      found = &member.value();
    }
  }
  return found;
}

const json::object& as_object(const json::value& value, const JsonPlace& place) {
  if (!value.is_object()) wrong_type(value, place, "an object");
  return value.get_object();
}

std::string as_text(const json::value& value, const JsonPlace& place) {
  if (!value.is_string()) wrong_type(value, place, "a string");
  return std::string(std::string_view(value.get_string()));
}

bool as_bool(const json::value& value, const JsonPlace& place) {
  if (!value.is_bool()) wrong_type(value, place, "a boolean");
  return value.get_bool();
}

std::vector<std::string> as_text_list(const json::value& value, const JsonPlace& place) {
  if (!value.is_array()) wrong_type(value, place, "a list of strings");
  std::vector<std::string> texts;
  for (const json::value& element : value.get_array())
    texts.push_back(element.is_null() ? "" : as_text(element, place.member("[]")));
  return texts;
}

std::map<std::string, std::string> as_text_map(const json::value& value, const JsonPlace& place) {
  std::map<std::string, std::string> map;
  for (const auto& member : as_object(value, place)) {
    std::string text =
        member.value().is_null() ? "" : as_text(member.value(), place.member(member.key()));
    map.insert_or_assign(member.key(), std::move(text));
  }
  return map;
}

} // namespace nixbuild::config
