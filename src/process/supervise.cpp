#include "process/supervise.hpp"

#include "support/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <exception>
#include <span>
#include <utility>

#include <poll.h>

namespace nixbuild::process {

namespace {

using Clock = std::chrono::steady_clock;

// How often to look whether the child has ended where no descriptor tells it.
constexpr std::chrono::milliseconds look_again{20};

// What a child that has ended may still have left in a pipe: the most that a pipe holds. Without
// a bound a program that it left in the background could keep us reading for ever.
constexpr std::size_t most_left_in_pipe = std::size_t{1} << 20U;

class Supervisor {
public:
  Supervisor(ChildProcess& child, std::vector<OutputPipe> outputs, const CancelToken& cancel,
             std::chrono::milliseconds grace)
      : child_(child)
      , outputs_(std::move(outputs))
      , cancel_(cancel)
      , grace_(grace)
      , raised_(cancel.on_cancel([this](CancelLevel) {
        constexpr std::byte wake{1};
        write_all(wake_.write.get(), {&wake, 1});
      })) {}

  ExitStatus run() {
    while (!finished()) {
      escalate();
      wait_for_something();
    }
    // Whoever ignored SIGTERM. The child is not collected yet, so the number is still its group's.
    if (stopping_) child_.signal_group(SIGKILL);
    const ExitStatus status = child_.collect();
    for (OutputPipe& output : outputs_)
      close(output);
    if (handler_failure_) std::rethrow_exception(handler_failure_);
    return status;
  }

private:
  [[nodiscard]] bool outputs_open() const {
    return std::ranges::any_of(outputs_,
                               [](const OutputPipe& output) { return bool(output.read); });
  }

  // While we are stopping, an open pipe means that somebody in the group is still there, with
  // something to clean up perhaps.
  [[nodiscard]] bool finished() {
    if (!child_has_ended_ && child_.has_ended()) child_has_ended_ = true;
    if (!child_has_ended_) return false;
    return !outputs_open() || killed_ || (!stopping_ && drained_);
  }

  void escalate() {
    const bool wanted = cancel_.cancelled() || handler_failure_;
    if (wanted && !stopping_) {
      child_.signal_group(SIGTERM);
      deadline_ = Clock::now() + grace_;
      stopping_ = true;
    }
    const bool forced = cancel_.level() == CancelLevel::forced;
    if (stopping_ && !killed_ && (forced || Clock::now() >= deadline_)) {
      child_.signal_group(SIGKILL);
      killed_ = true;
    }
  }

  // For poll(2): -1 is for ever.
  [[nodiscard]] int timeout() const {
    std::chrono::milliseconds most{-1};
    if (stopping_ && !killed_) {
      most = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
      most = std::max(most, std::chrono::milliseconds{0});
    }
    if (child_has_ended_ && !stopping_) most = std::chrono::milliseconds{0};
    const bool told_of_end = child_.end_fd() >= 0 || child_has_ended_;
    if (!told_of_end) most = most.count() < 0 ? look_again : std::min(most, look_again);
    return static_cast<int>(most.count());
  }

  void wait_for_something() {
    std::vector<pollfd> entries{
        {.fd = wake_.read.get(), .events = POLLIN, .revents = 0},
        {.fd = child_has_ended_ ? -1 : child_.end_fd(), .events = POLLIN, .revents = 0}};
    for (const OutputPipe& output : outputs_)
      entries.push_back({.fd = output.read.get(), .events = POLLIN, .revents = 0});
    const int ready = ::poll(entries.data(), static_cast<nfds_t>(entries.size()), timeout());
    if (ready < 0 && errno != EINTR)
      throw system_error(errno, "cannot wait for a program's output");
    if (ready == 0 && child_has_ended_) drained_ = true;
    if (ready <= 0) return;
    if (entries[0].revents != 0) swallow_wake_up();
    for (std::size_t index = 0; index < outputs_.size(); ++index) {
      if (entries[index + 2].revents != 0) read_from(outputs_[index]);
    }
  }

  void swallow_wake_up() {
    std::array<std::byte, 8> bytes{};
    (void)read_some(wake_.read.get(), bytes);
  }

  void read_from(OutputPipe& output) {
    const std::size_t got =
        read_some(output.read.get(), std::as_writable_bytes(std::span(buffer_)));
    if (got == 0) return close(output);
    hand_on(output, std::string_view(buffer_.data(), got));
    if (!child_has_ended_) return;
    left_in_pipes_ += got;
    if (left_in_pipes_ >= most_left_in_pipe * outputs_.size()) drained_ = true;
  }

  void close(OutputPipe& output) {
    if (!output.read) return;
    output.read.reset();
    hand_on(output, {});
  }

  void hand_on(const OutputPipe& output, std::string_view bytes) {
    if (handler_failure_) return;
    try {
      output.on_bytes(bytes);
    } catch (...) {
      handler_failure_ = std::current_exception();
    }
  }

  ChildProcess& child_;
  std::vector<OutputPipe> outputs_;
  CancelToken cancel_;
  std::chrono::milliseconds grace_;
  Pipe wake_ = make_pipe();
  std::array<char, 65536> buffer_{};
  bool child_has_ended_ = false;
  bool drained_ = false;
  std::size_t left_in_pipes_ = 0;
  bool stopping_ = false;        // SIGTERM was sent
  bool killed_ = false;          // SIGKILL was sent
  Clock::time_point deadline_{}; // of those that got it
  std::exception_ptr handler_failure_;
  CancelToken::Registration raised_; // last: its callback uses the members above
};

} // namespace

ExitStatus supervise(ChildProcess& child, std::vector<OutputPipe> outputs,
                     const CancelToken& cancel, std::chrono::milliseconds grace) {
  Supervisor supervisor(child, std::move(outputs), cancel, grace);
  return supervisor.run();
}

} // namespace nixbuild::process
