#include "plugin/argument_vector.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

constexpr std::string_view white_space = " \t\r\n";

std::expected<std::vector<std::string>, std::string> parse_array(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_array()) return std::unexpected("is not a JSON array");
  std::vector<std::string> arguments;
  for (const json::value& element : value.get_array()) {
    if (!element.is_string()) return std::unexpected("is not a JSON array of strings");
    arguments.emplace_back(element.get_string());
  }
  return arguments;
}

} // namespace

std::expected<std::vector<std::string>, std::string> parse_argument_vector(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
  if (text.starts_with('[')) return parse_array(text);
  if (text.find_first_of("\"'\\") != std::string_view::npos)
    return std::unexpected("has quotes or backslashes, which only a shell would take away");
  std::vector<std::string> arguments;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(white_space), text.size());
    arguments.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.find_first_not_of(white_space, end), text.size()));
  }
  return arguments;
}

} // namespace nixbuild::plugin
