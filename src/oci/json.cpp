#include "oci/json.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace json = boost::json;

namespace nixbuild::oci {

namespace {

[[noreturn]] void fail(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::corrupt, format("{} {}", what, problem));
}

std::string text_of(const json::value& value, std::string_view key, std::string_view what) {
  const json::string* const text = value.if_string();
  if (text == nullptr) fail(what, format("has a \"{}\" of a wrong type", key));
  return {text->data(), text->size()};
}

const json::value* present(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

} // namespace

json::value parse_json(std::string_view text, std::string_view what) {
  json::error_code problem;
  json::value value = json::parse(text, problem);
  if (problem) fail(what, format("is not valid JSON: {}", problem.message()));
  return value;
}

const json::object& as_object(const json::value& value, std::string_view what) {
  const json::object* const object = value.if_object();
  if (object == nullptr) fail(what, "is not a JSON object");
  return *object;
}

const json::array& as_array(const json::value& value, std::string_view what) {
  const json::array* const array = value.if_array();
  if (array == nullptr) fail(what, "is not a JSON array");
  return *array;
}

std::string string_member(const json::object& object, std::string_view key, std::string_view what) {
  const json::value* const value = present(object, key);
  return value == nullptr ? std::string() : text_of(*value, key, what);
}

std::vector<std::string> strings_member(const json::object& object, std::string_view key,
                                        std::string_view what) {
  std::vector<std::string> texts;
  const json::value* const value = present(object, key);
  if (value == nullptr) return texts;
  const json::array* const array = value->if_array();
  if (array == nullptr) fail(what, format("has a \"{}\" of a wrong type", key));
  for (const json::value& element : *array)
    texts.push_back(text_of(element, key, what));
  return texts;
}

} // namespace nixbuild::oci
