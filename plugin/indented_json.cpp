#include "plugin/indented_json.hpp"

#include "support/format.hpp"

#include <boost/json.hpp>

#include <string_view>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

// Boost.JSON writes no white space.
void append(std::string& text, const json::value& value, const std::string& indent) {
  const std::string inner = indent + "  ";
  std::string_view comma;
  if (value.is_object() && !value.get_object().empty()) {
    text += '{';
    for (const auto& [key, member] : value.get_object()) {
      text += format("{}\n{}{}: ", comma, inner, json::serialize(key));
      append(text, member, inner);
      comma = ",";
    }
    text += format("\n{}}}", indent);
  } else if (value.is_array() && !value.get_array().empty()) {
    text += '[';
    for (const json::value& element : value.get_array()) {
      text += format("{}\n{}", comma, inner);
      append(text, element, inner);
      comma = ",";
    }
    text += format("\n{}]", indent);
  } else {
    text += json::serialize(value);
  }
}

} // namespace

std::string indented_json(const json::value& value) {
  std::string text;
  append(text, value, {});
  return text + "\n";
}

} // namespace nixbuild::plugin
