#include "compose/provider_message.hpp"

#include <boost/json.hpp>

namespace nixbuild::compose {

namespace json = boost::json;

namespace {

std::string message(std::string_view type, std::string_view text) {
  return json::serialize(json::object{{"type", type}, {"message", text}}) + "\n";
}

} // namespace

std::string info_message(std::string_view text) {
  // Older versions garble their display on a line end.
  return message("info", text.substr(0, text.find('\n')));
}

std::string error_message(std::string_view text) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  return message("error", text);
}

} // namespace nixbuild::compose
