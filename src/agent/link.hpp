#pragma once

#include "agent/frames.hpp"
#include "http/stream_socket.hpp"
#include "support/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::agent {

// The client's connection: frames both ways, moved on the calling thread. It reads whenever it
// waits to write, so that two ends that both have much to say cannot block each other.
class Link {
public:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  explicit Link(UniqueFd socket);

  // To be sent by move().
  void queue(FrameType type, std::string_view payload) { unsent_ += encode_frame(type, payload); }
  [[nodiscard]] std::size_t unsent() const noexcept { return unsent_.size() - sent_; }

  // The next frame of what was received. Throws as FrameReader::next.
  [[nodiscard]] std::optional<Frame> next() { return reader_.next(); }
  // Whether nothing more will be received, and what was received and is no frame.
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] std::string_view rest() const noexcept { return reader_.rest(); }

  enum class Woken { moved, stopped, late };
  // Waits until something can be received or sent, and does so; or until `stop_fd` is readable, or
  // the deadline has passed. Throws an Error of kind io.
  Woken move(int stop_fd, const Deadline& deadline);

  // Tells the other end that nobody listens any more.
  void close() noexcept;

private:
  void send_some();
  void receive_some();

  int fd_;
  std::optional<http::StreamSocket> socket_;
  FrameReader reader_;
  std::string unsent_;
  std::size_t sent_ = 0; // of unsent_
  bool ended_ = false;
};

} // namespace nixbuild::agent
