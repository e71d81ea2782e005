#pragma once

#include "support/cancel.hpp"
#include "support/unique_fd.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace nixbuild::agent {

// Bytes on their way out, written by a thread of its own, so that nobody who reports progress ever
// waits for a slow connection. Safe to use from any thread.
class Outbox {
public:
  // `fd` must live longer. It may be a socket or a pipe, and stays in blocking mode. `greeting` is
  // written before anything else. When there was nothing to write for `quiet`, `sign_of_life` is.
  Outbox(int fd, std::string greeting, std::chrono::milliseconds quiet, std::string sign_of_life);
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  // What was not written by then is dropped.
  ~Outbox();

  // Takes `bytes`, unless more than `most` are waiting. Never waits itself.
  [[nodiscard]] bool offer(std::string_view bytes, std::size_t most);

  // Takes `bytes`, once less than `most` are waiting. Throws an Error: cancelled, or unavailable
  // when the other end is gone.
  void push(std::string_view bytes, std::size_t most, const CancelToken& cancel);

  // Waits until everything is written or cannot be written any more.
  void flush();

  // Gives up: nothing is written from now on.
  void abandon();

private:
  void write_until_stopped();
  void write_out(std::string_view bytes);

  int fd_;
  std::chrono::milliseconds quiet_;
  std::string sign_of_life_;
  Pipe stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  bool writing_ = false; // the thread is at what was in waiting_ before
  bool gone_ = false;    // nothing can be written any more
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace nixbuild::agent
