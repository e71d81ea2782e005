#pragma once

#include <boost/json/fwd.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::engine {

// What an engine's answer has at a JSON pointer (RFC 6901); empty where there is nothing of that
// type, since engines leave out what they do not know.
[[nodiscard]] std::string text_at(const boost::json::value& value, std::string_view pointer);
[[nodiscard]] std::vector<std::string> texts_at(const boost::json::value& value,
                                                std::string_view pointer);
[[nodiscard]] std::map<std::string, std::string> text_map_at(const boost::json::value& value,
                                                             std::string_view pointer);

} // namespace nixbuild::engine
