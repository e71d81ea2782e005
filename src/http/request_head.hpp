#pragma once

#include "http/client.hpp"

namespace nixbuild::http {

// Request line and headers of `request` as they go over the wire (RFC 9112), up to and including
// the empty line. Throws an Error of kind invalid_input for a method, target or header with bytes
// that would end it early.
[[nodiscard]] std::string request_head(const Request& request, std::string_view host);

} // namespace nixbuild::http
