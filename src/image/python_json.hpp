#pragma once

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

namespace nixbuild::image {

// `value` as Python's json.dumps(value, indent=4) writes it: the image ID of a dockerTools image
// is the digest of such a text. Object members keep their order.
[[nodiscard]] std::string python_json(const boost::json::value& value);

// `text` as Python's repr() writes a string inside a list.
[[nodiscard]] std::string python_repr(std::string_view text);

} // namespace nixbuild::image
