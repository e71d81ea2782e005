#pragma once

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace nixbuild::context {

// Hands on the JSON object on each line of `lines`, as `colima list -j` and `limactl list --json`
// print them. What is no object is left out.
void each_object(std::string_view lines,
                 const std::function<void(const boost::json::object&)>& take);

// The text, or number, of a member; empty, or 0, when it has none.
[[nodiscard]] std::string_view text_member(const boost::json::object& object,
                                           std::string_view name);
[[nodiscard]] std::uint64_t number_member(const boost::json::object& object, std::string_view name);

} // namespace nixbuild::context
