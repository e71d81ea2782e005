#include "engine/answer_fields.hpp"

#include <boost/json.hpp>

namespace nixbuild::engine {

namespace json = boost::json;

std::string text_at(const json::value& value, std::string_view pointer) {
  json::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  return found != nullptr && found->is_string() ? std::string(std::string_view(found->get_string()))
                                                : std::string();
}

std::map<std::string, std::string> text_map_at(const json::value& value, std::string_view pointer) {
  std::map<std::string, std::string> texts;
  json::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  if (found == nullptr || !found->is_object()) return texts;
  for (const auto& [name, text] : found->get_object())
    if (text.is_string()) texts.emplace(name, std::string_view(text.get_string()));
  return texts;
}

std::vector<std::string> texts_at(const json::value& value, std::string_view pointer) {
  std::vector<std::string> texts;
  json::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  if (found == nullptr || !found->is_array()) return texts;
  for (const json::value& one : found->get_array())
    if (one.is_string()) texts.emplace_back(std::string_view(one.get_string()));
  return texts;
}

} // namespace nixbuild::engine
