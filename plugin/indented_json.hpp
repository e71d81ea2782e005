#pragma once

#include <boost/json/fwd.hpp>

#include <string>

namespace nixbuild::plugin {

// JSON for people and scripts: a member or element a line, indented by 2, a final newline.
[[nodiscard]] std::string indented_json(const boost::json::value& value);

} // namespace nixbuild::plugin
