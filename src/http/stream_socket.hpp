#pragma once

#include "support/cancel.hpp"
#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <span>

namespace nixbuild::http {

// A wait took longer than it was allowed to.
class TimedOut : public Error {
public:
  TimedOut() : Error(ErrorKind::unavailable, "no answer in time") {}
};

// A connected stream socket on which every wait can be cancelled. Its descriptor stays in blocking
// mode, since the other end of a socket pair may be another program's stdin.
class StreamSocket {
public:
  using Clock = std::chrono::steady_clock;

  explicit StreamSocket(UniqueFd fd);

  // From now on waits throw TimedOut once this time has come; nothing: they take as long as needed.
  void give_up_at(std::optional<Clock::time_point> time) { deadline_ = time; }

  struct Ready {
    bool to_read = false; // also when the peer closed
    bool to_write = false;
  };
  // Waits until something can be read or, if `also_write`, written. Throws an Error of kind
  // cancelled once `cancel` is raised, else io.
  [[nodiscard]] Ready wait(bool also_write, const CancelToken& cancel) const;

  // Whether something can be read, or the peer closed, right now.
  [[nodiscard]] bool readable_now() const;

  // Move what can be moved without waiting, perhaps nothing. The error is an errno value.
  struct Received {
    std::size_t bytes = 0;
    bool at_end = false;
  };
  [[nodiscard]] std::expected<std::size_t, int> send(std::span<const std::byte> data) const;
  [[nodiscard]] std::expected<Received, int> receive(std::span<std::byte> buffer) const;

  // Waits as long as needed. Throw an Error of kind unavailable when the peer is gone, cancelled.
  void send_all(std::span<const std::byte> data, const CancelToken& cancel) const;
  // At least one byte.
  [[nodiscard]] std::size_t receive_some(std::span<std::byte> buffer,
                                         const CancelToken& cancel) const;

private:
  [[nodiscard]] int milliseconds_left() const;

  UniqueFd fd_;
  std::optional<Clock::time_point> deadline_;
};

} // namespace nixbuild::http
