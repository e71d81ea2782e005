#include "agent/json_text.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::agent {

namespace json = boost::json;

namespace {

constexpr std::size_t deepest = 8;
constexpr std::int64_t latest = std::int64_t{1} << 62U;

[[noreturn]] void fail(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::corrupt, format("the agent's {} {}", what, problem));
}

const json::value& member(const json::object& object, std::string_view key, std::string_view what) {
  const json::value* const value = object.if_contains(key);
  if (value == nullptr) fail(what, format("has no \"{}\"", key));
  return *value;
}

// Boost keeps a number as unsigned only when it is too large for signed.
template <class Number>
Number number_of(const json::object& object, std::string_view key, std::string_view what) {
  json::error_code problem;
  const auto number = member(object, key, what).to_number<Number>(problem);
  if (problem) fail(what, format("has a \"{}\" that is no such number", key));
  return number;
}

} // namespace

json::object parse_object(std::string_view text, std::string_view what) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  options.max_depth = deepest;
  json::error_code problem;
  json::value value = json::parse(text, problem, {}, options);
  if (problem) fail(what, format("is not valid JSON: {}", problem.message()));
  if (!value.is_object()) fail(what, "is not a JSON object");
  return std::move(value.get_object());
}

std::string text_member(const json::object& object, std::string_view key, std::string_view what) {
  const json::string* const text = member(object, key, what).if_string();
  if (text == nullptr) fail(what, format("has a \"{}\" that is no text", key));
  return {text->data(), text->size()};
}

std::uint64_t count_member(const json::object& object, std::string_view key,
                           std::string_view what) {
  return number_of<std::uint64_t>(object, key, what);
}

std::int64_t number_member(const json::object& object, std::string_view key,
                           std::string_view what) {
  return number_of<std::int64_t>(object, key, what);
}

bool bool_member(const json::object& object, std::string_view key, std::string_view what) {
  const bool* const truth = member(object, key, what).if_bool();
  if (truth == nullptr) fail(what, format("has a \"{}\" that is neither true nor false", key));
  return *truth;
}

std::int64_t to_nanoseconds(progress::Time time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

progress::Time time_member(const json::object& object, std::string_view key,
                           std::string_view what) {
  const std::int64_t number = number_member(object, key, what);
  if (number < 0 || number >= latest) fail(what, format("has a \"{}\" that is no time", key));
  return progress::Time(
      std::chrono::duration_cast<progress::Clock::duration>(std::chrono::nanoseconds(number)));
}

} // namespace nixbuild::agent
