#pragma once

#include "http/web.hpp"
#include "registry/repository.hpp"
#include "support/cancel.hpp"

#include <string>
#include <string_view>

namespace nixbuild::registry {

// The server of the registry that references call `domain`.
[[nodiscard]] std::string server_of(const std::string& domain);

// Whether `server` ("localhost:5000") is this machine itself.
[[nodiscard]] bool is_this_machine(std::string_view server);

// The registry's address: https, except where plain http is allowed and TLS is not spoken, which
// takes asking it. Throws what Web::exchange throws.
[[nodiscard]] std::string find_address(http::Web& web, const std::string& server,
                                       const Settings& settings, const CancelToken& cancel);

} // namespace nixbuild::registry
