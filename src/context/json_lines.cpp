#include "context/json_lines.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace nixbuild::context {

namespace json = boost::json;

void each_object(std::string_view lines, const std::function<void(const json::object&)>& take) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    boost::system::error_code problem;
    const json::value value = json::parse(line, problem);
    if (!problem && value.is_object()) take(value.get_object());
  }
}

std::string_view text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

std::uint64_t number_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return 0;
  boost::system::error_code problem;
  const auto number = value->to_number<std::uint64_t>(problem);
  return problem ? 0 : number;
}

} // namespace nixbuild::context
