#pragma once

#include "progress/event.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>

// The JSON inside the agent's messages. Texts are what programs printed and files are called, so
// they may hold bytes that are no UTF-8; both ends are this code, which passes them on as they are.
// `what` names the message in errors, which are all of kind corrupt.
namespace nixbuild::agent {

[[nodiscard]] boost::json::object parse_object(std::string_view text, std::string_view what);

// A member that must be there and have this type.
[[nodiscard]] std::string text_member(const boost::json::object& object, std::string_view key,
                                      std::string_view what);
[[nodiscard]] std::uint64_t count_member(const boost::json::object& object, std::string_view key,
                                         std::string_view what);
[[nodiscard]] std::int64_t number_member(const boost::json::object& object, std::string_view key,
                                         std::string_view what);
[[nodiscard]] bool bool_member(const boost::json::object& object, std::string_view key,
                               std::string_view what);

// Times are nanoseconds since 1970. What is before 1970 or after 2115 is refused, so that the
// difference of two times can be added to a third.
[[nodiscard]] std::int64_t to_nanoseconds(progress::Time time);
[[nodiscard]] progress::Time time_member(const boost::json::object& object, std::string_view key,
                                         std::string_view what);

} // namespace nixbuild::agent
