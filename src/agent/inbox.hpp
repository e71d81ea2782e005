#pragma once

#include "agent/frames.hpp"
#include "support/cancel.hpp"
#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace nixbuild::agent {

// What the client says, read by a thread of its own, so that a cancellation and the end of the
// connection are seen whatever the work is at.
class Inbox {
public:
  // `fd` must live longer. Raises `cancel` as the client says; when the input ends or makes no
  // sense, to graceful at once and to forced after `grace`, and then calls `on_gone`.
  Inbox(int fd, CancelSource cancel, std::chrono::milliseconds grace,
        std::function<void()> on_gone);
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;
  ~Inbox();

  // Waits for the request. Throws an Error: unavailable when the input ended, corrupt.
  [[nodiscard]] std::string request();

  // Between these two the client may send data and an answer; what next() does not fetch is
  // dropped. One exchange at a time.
  void begin_exchange();
  void end_exchange() noexcept;
  // The next piece of data, or the answer. Throws as request(), and cancelled.
  [[nodiscard]] Frame next();

private:
  // What the client may send now, beside a cancellation.
  enum class Expected { request, nothing, answer, rest_of_answer };

  void read_until_stopped();
  [[nodiscard]] bool read_frames(FrameReader& reader);
  void take(Frame frame);
  void end_with(Error reason);
  [[nodiscard]] CancelToken::Registration wake_when_cancelled(const CancelToken& token);
  [[nodiscard]] Frame pop(std::unique_lock<std::mutex>& lock);

  int fd_;
  CancelSource cancel_;
  std::chrono::milliseconds grace_;
  std::function<void()> on_gone_;
  Pipe stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Expected expected_ = Expected::request;
  std::deque<Frame> frames_;
  std::size_t bytes_ = 0; // in frames_
  std::optional<Error> end_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace nixbuild::agent
