#pragma once

#include "support/error.hpp"

#include <string>
#include <string_view>

namespace nixbuild::agent {

// An Error as one JSON object and back, without loss:
//   {"kind":"failed","message":"…","hint":"…","detail":"…","frames":["…"]}
[[nodiscard]] std::string error_to_json(const Error& error);

// Throws an Error of kind corrupt for what is no such object.
[[nodiscard]] Error error_from_json(std::string_view text);

} // namespace nixbuild::agent
