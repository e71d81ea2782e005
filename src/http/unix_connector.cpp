#include "http/socket_client.hpp"
#include "support/format.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace nixbuild::http {

namespace {

using namespace std::chrono_literals;

// How often to ask again while a server is too busy to take one more connection: Linux then
// refuses at once with EAGAIN and offers nothing to wait for.
constexpr auto retry_interval = 20ms;

void pause_before_retry(const CancelToken& cancel) {
  pollfd cancelled{.fd = cancel.poll_fd(), .events = POLLIN, .revents = 0};
  ::poll(&cancelled, 1, static_cast<int>(std::chrono::milliseconds(retry_interval).count()));
  cancel.throw_if_cancelled();
}

class UnixConnector : public Connector {
public:
  explicit UnixConnector(const std::filesystem::path& socket) {
    const std::string& path = socket.native();
    address_.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address_.sun_path)) {
      throw Error(ErrorKind::invalid_input,
                  format("the path \"{}\" cannot be that of a unix socket: it has {} bytes, {} "
                         "are possible",
                         path, path.size(), sizeof(address_.sun_path) - 1))
          .with_hint("use a shorter path, such as a symbolic link to the socket's folder");
    }
    std::memcpy(address_.sun_path, path.data(), path.size());
  }

  Connection connect(const CancelToken& cancel) override {
    for (;;) {
      cancel.throw_if_cancelled();
      UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
      if (!fd) throw system_error(errno, "cannot create a socket");
      ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
      ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
      if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0) {
        ::fcntl(fd.get(), F_SETFL, 0);
        return {std::move(fd)};
      }
      const int reason = errno;
      if (reason != EAGAIN && reason != EINTR) fail(reason);
      pause_before_retry(cancel);
    }
  }

  bool connects_at_once() const override { return true; }

private:
  [[noreturn]] void fail(int reason) const {
    throw ConnectError(format("cannot connect to {}: {}", address_.sun_path,
                              std::generic_category().message(reason)),
                       reason);
  }

  sockaddr_un address_{};
};

} // namespace

std::unique_ptr<Connector> unix_connector(const std::filesystem::path& socket) {
  return std::make_unique<UnixConnector>(socket);
}

} // namespace nixbuild::http
