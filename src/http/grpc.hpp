#pragma once

#include "http/client.hpp"
#include "http/stream_socket.hpp"
#include "support/cancel.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace nixbuild::http {

// Turns `socket`, a fresh connection to an HTTP/1.1 server, into an HTTP/2 one by asking for the
// protocol h2c at `target` (POST, as dockerd's /grpc wants it), with `headers` beside its own.
// Throws an Error: refused for any answer but 101, unavailable when the connection breaks,
// cancelled.
void upgrade_to_h2c(const StreamSocket& socket, const std::string& target, const std::string& host,
                    Headers headers, const CancelToken& cancel);

// One gRPC call over HTTP/2 with prior knowledge on `socket`, which is used for
// nothing else: sends `message` to `method` ("/package.Service/Method") and returns the
// messages of the answer, in order (gRPC over HTTP2, github.com/grpc/grpc PROTOCOL-HTTP2.md; no
// compression). Throws an Error: unavailable when the connection breaks or ends early, refused
// with the server's text when the call ends with a status other than OK, corrupt for an answer
// that is no gRPC or larger than `limit` bytes, cancelled.
[[nodiscard]] std::vector<std::string>
grpc_call(const StreamSocket& socket, const std::string& method, const std::string& message,
          const CancelToken& cancel, std::size_t limit = std::size_t{16} << 20U);

} // namespace nixbuild::http
