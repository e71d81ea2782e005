#pragma once

#include "context/context.hpp"

#include <string>
#include <string_view>

namespace nixbuild::context {

// The endpoint that `-H` or DOCKER_HOST names (docker/cli opts/hosts.go): blanks around it do not
// count, no scheme means tcp, missing parts are filled in. Throws an Error of kind invalid_input
// for a scheme that nothing here can dial.
[[nodiscard]] Endpoint parse_host(std::string_view text);

// The endpoint where nothing is said: the engine's usual socket, or with TLS its usual port.
[[nodiscard]] Endpoint default_endpoint(bool tls);

// The endpoint of a stored context, whose host must be complete. Throws an Error of kind
// invalid_input that names the context.
[[nodiscard]] Endpoint parse_stored_host(const std::string& host, const std::string& context_name);

} // namespace nixbuild::context
