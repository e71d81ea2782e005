#include "support/unique_fd.hpp"

#include "support/error.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nixbuild {

namespace {

// macOS has neither pipe2 nor SOCK_CLOEXEC; our own children close everything from 3 up anyway
// (process/), so the gap between the two calls is not a leak.
Pipe owned(const std::array<int, 2>& fds) {
  for (const int fd : fds)
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

} // namespace

void UniqueFd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Pipe make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe(fds.data()) != 0) throw system_error(errno, "cannot create a pipe");
  return owned(fds);
}

Pipe make_socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()) != 0) {
    throw system_error(errno, "cannot create a pair of sockets");
  }
  return owned(fds);
}

std::size_t read_some(int fd, std::span<std::byte> buffer) {
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw system_error(errno, "read failed");
  }
}

void write_all(int fd, std::span<const std::byte> data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written >= 0) {
      data = data.subspan(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      throw system_error(errno, "write failed");
    }
  }
}

} // namespace nixbuild
