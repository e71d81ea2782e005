#pragma once

#include "http/client.hpp"
#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace nixbuild::http {

// No connection could be made (kind unavailable), with the reason as an errno value for callers
// that know what it means at their server.
class ConnectError : public Error {
public:
  ConnectError(std::string message, int errno_value)
      : Error(ErrorKind::unavailable, std::move(message))
      , errno_value_(errno_value) {}
  [[nodiscard]] int errno_value() const noexcept { return errno_value_; }

private:
  int errno_value_;
};

// A connected stream socket in blocking mode, and who can tell why it broke.
struct Connection {
  UniqueFd socket;
  // Why, in the words of whatever carries it (ssh's stderr, say); empty when there is nothing to
  // tell. Called only after our end was closed; waits two seconds at most. May be empty itself.
  std::function<std::string()> last_words = {};
};

// Makes connections to one server. Thread-safe.
class Connector {
public:
  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  virtual ~Connector() = default;

  // Throws an Error of kind unavailable.
  [[nodiscard]] virtual Connection connect(const CancelToken& cancel) = 0;
  // What is at the other end, for messages: "the engine at unix:///run/docker.sock".
  [[nodiscard]] virtual std::string peer() const { return "the server"; }
  // Whether another connection costs next to nothing, so that two questions had better be asked
  // side by side than one after the other.
  [[nodiscard]] virtual bool connects_at_once() const { return false; }
};

// Connects to a unix socket. Throws an Error of kind invalid_input when the path is too long for
// one; connecting throws ConnectError.
[[nodiscard]] std::unique_ptr<Connector> unix_connector(const std::filesystem::path& socket);

// HTTP/1.1 over sockets from `connector`; `host` is the Host header. An Error of a broken
// connection carries the connection's last words as detail.
[[nodiscard]] std::unique_ptr<Client> socket_client(std::shared_ptr<Connector> connector,
                                                    std::string host);

} // namespace nixbuild::http
