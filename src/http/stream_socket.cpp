#include "http/stream_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace nixbuild::http {

namespace {

// A peer that is gone must be an error code here, not a SIGPIPE that ends the program.
#ifdef MSG_NOSIGNAL
constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
void refuse_signals(int) {}
#else
constexpr int send_flags = MSG_DONTWAIT;
void refuse_signals(int fd) {
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
}
#endif

bool try_again(int reason) {
  return reason == EAGAIN || reason == EWOULDBLOCK || reason == EINTR;
}

Error connection_ended(int reason) {
  std::string message = "the connection ended before the answer was complete";
  if (reason != 0) message += ": " + std::generic_category().message(reason);
  return {ErrorKind::unavailable, std::move(message)};
}

constexpr short readable = POLLIN | POLLHUP | POLLERR;
constexpr short writable = POLLOUT | POLLERR;

} // namespace

StreamSocket::StreamSocket(UniqueFd fd) : fd_(std::move(fd)) {
  refuse_signals(fd_.get());
}

StreamSocket::Ready StreamSocket::wait(bool also_write, const CancelToken& cancel) const {
  const short wanted = also_write ? POLLIN | POLLOUT : POLLIN;
  for (;;) {
    std::array<pollfd, 2> entries{{{.fd = fd_.get(), .events = wanted, .revents = 0},
                                   {.fd = cancel.poll_fd(), .events = POLLIN, .revents = 0}}};
    const int ready = ::poll(entries.data(), entries.size(), milliseconds_left());
    if (ready < 0) {
      if (errno == EINTR) continue;
      throw system_error(errno, "cannot wait for a socket");
    }
    cancel.throw_if_cancelled();
    if (ready == 0) {
      if (milliseconds_left() > 0) continue;
      throw TimedOut();
    }
    const short happened = entries[0].revents;
    return {.to_read = (happened & readable) != 0, .to_write = (happened & writable) != 0};
  }
}

// As poll(2) wants it: -1 for ever.
int StreamSocket::milliseconds_left() const {
  if (!deadline_) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

bool StreamSocket::readable_now() const {
  pollfd entry{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) != 0;
}

std::expected<std::size_t, int> StreamSocket::send(std::span<const std::byte> data) const {
  const ssize_t sent = ::send(fd_.get(), data.data(), data.size(), send_flags);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (try_again(errno)) return 0;
  return std::unexpected(errno);
}

std::expected<StreamSocket::Received, int>
StreamSocket::receive(std::span<std::byte> buffer) const {
  const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) return Received{.bytes = static_cast<std::size_t>(got)};
  if (got == 0) return Received{.at_end = true};
  if (try_again(errno)) return Received{};
  return std::unexpected(errno);
}

void StreamSocket::send_all(std::span<const std::byte> data, const CancelToken& cancel) const {
  while (!data.empty()) {
    if (!wait(true, cancel).to_write) continue;
    const auto sent = send(data);
    if (!sent) throw connection_ended(sent.error());
    data = data.subspan(*sent);
  }
}

std::size_t StreamSocket::receive_some(std::span<std::byte> buffer,
                                       const CancelToken& cancel) const {
  for (;;) {
    (void)wait(false, cancel);
    const auto got = receive(buffer);
    if (!got || got->at_end) throw connection_ended(got ? 0 : got.error());
    if (got->bytes > 0) return got->bytes;
  }
}

} // namespace nixbuild::http
