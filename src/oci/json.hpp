#pragma once

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// JSON that someone else wrote. `what` names the text in messages ("manifest.json"); everything
// here throws an Error of kind corrupt that begins with it.
namespace nixbuild::oci {

// Refuses texts with more than 32 levels.
[[nodiscard]] boost::json::value parse_json(std::string_view text, std::string_view what);

// `value` as an object or an array.
[[nodiscard]] const boost::json::object& as_object(const boost::json::value& value,
                                                   std::string_view what);
[[nodiscard]] const boost::json::array& as_array(const boost::json::value& value,
                                                 std::string_view what);

// A member of `object` that is a text, or a list of texts; empty when it is absent or null.
[[nodiscard]] std::string string_member(const boost::json::object& object, std::string_view key,
                                        std::string_view what);
[[nodiscard]] std::vector<std::string> strings_member(const boost::json::object& object,
                                                      std::string_view key, std::string_view what);

} // namespace nixbuild::oci
