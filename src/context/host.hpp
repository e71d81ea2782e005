#pragma once

#include "context/context.hpp"

#include <string>
#include <string_view>

namespace nixbuild::context {

// The endpoint that the value of `-H` or DOCKER_HOST names (docker/cli opts/hosts.go): blanks
// around it do not count, no scheme means tcp, missing parts are filled in, nothing at all is
// default_endpoint(tls). `origin` says for messages where it was found. Throws an Error of kind
// invalid_input for what nothing here can dial, and for what docker takes for something else than
// was surely meant.
[[nodiscard]] Endpoint parse_host(std::string_view text, std::string_view origin, bool tls);

// The endpoint where nothing is said: the engine's usual socket, or with TLS its usual port.
[[nodiscard]] Endpoint default_endpoint(bool tls);

// The endpoint of a stored context: its host goes to the dialler as it is, nothing is filled in.
// Empty is the usual socket. Throws an Error of kind invalid_input.
[[nodiscard]] Endpoint parse_stored_host(std::string_view host, std::string_view origin);

} // namespace nixbuild::context
