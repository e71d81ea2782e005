#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace nixbuild {

// Owns a file descriptor and closes it.
class UniqueFd {
public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept;

private:
  int fd_ = -1;
};

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

// A pipe, or a connected pair of stream sockets (`read` and `write` are then the two ends, both
// usable in both directions); close-on-exec. Throw an Error of kind io.
[[nodiscard]] Pipe make_pipe();
[[nodiscard]] Pipe make_socket_pair();

// Reads up to buffer.size() bytes; 0 at end of file. Repeats when interrupted by a signal. Throws
// an Error of kind io.
[[nodiscard]] std::size_t read_some(int fd, std::span<std::byte> buffer);

// Writes all of `data`. Throws an Error of kind io or no_space.
void write_all(int fd, std::span<const std::byte> data);

} // namespace nixbuild
