#pragma once

#include "archive/stream.hpp"
#include "support/cancel.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Whether two header names are the same: they are compared without regard to case.
[[nodiscard]] bool same_header(std::string_view left, std::string_view right);

struct Request {
  std::string method = "GET";
  std::string target; // path and query, already percent-encoded
  Headers headers;
  std::string body;
  // For a body that is streamed: writes it. It has exactly `stream_size` bytes, sent as
  // Content-Length.
  std::function<void(archive::Sink&)> stream;
  std::uint64_t stream_size = 0;
  // How long the whole exchange may take, once connected; nothing: as long as it needs.
  std::optional<std::chrono::milliseconds> time_limit = {};
};

struct ResponseHead {
  int status = 0;
  Headers headers;
  // The value of the first header of that name.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

// Told piece by piece as the body arrives, which may be while the request is still being sent.
using BodyHandler = std::function<void(const ResponseHead&, std::string_view chunk)>;

// One server. Keeps its connection between exchanges where both sides allow it.
class Client {
public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // Sends `request` and reads the whole answer. A server may answer, or stop reading, before all
  // of the request was sent: its answer counts, and request.stream is then left early by an
  // exception out of its sink that is ours to catch. Throws an Error: unavailable when no
  // connection can be made, it breaks before the answer is complete or the time is over, protocol
  // violations as corrupt, cancelled, invalid_input for a header that cannot be sent; and whatever
  // request.stream or `on_body` throws (the connection is then dropped, so that the server sees
  // an incomplete request).
  virtual ResponseHead exchange(const Request& request, const BodyHandler& on_body,
                                const CancelToken& cancel) = 0;
};

struct Response {
  ResponseHead head;
  std::string body;
};
// exchange() with the body collected; more than `limit` bytes are an Error of kind corrupt.
[[nodiscard]] Response fetch(Client& client, const Request& request, const CancelToken& cancel,
                             std::size_t limit = std::size_t{64} << 20U);

// Percent-encodes everything but RFC 3986's unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);

} // namespace nixbuild::http
