#pragma once

#include "progress/output.hpp"
#include "progress/reporter.hpp"
#include "progress/view.hpp"
#include "support/cancel.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace nixbuild::progress {

// Feeds events to a view and writes what it says, from a thread of its own where the view wants to
// be redrawn. The destructor writes the view's last text. What cannot be written is dropped.
class LiveReporter final : public Reporter {
public:
  // `output` must live longer.
  LiveReporter(std::unique_ptr<View> view, Output& output, CancelToken cancel);
  ~LiveReporter() override;

  void report(const Event& event) noexcept override;
  StepId next_step() noexcept override { return ++last_step_; }
  Time now() noexcept override { return Clock::now(); }
  [[nodiscard]] bool cancelled() const noexcept override { return cancel_.cancelled(); }

private:
  void redraw_until_stopped(std::chrono::milliseconds interval);
  void write_what_view_says() noexcept;

  std::atomic<StepId> last_step_{0};
  CancelToken cancel_;
  Output& output_;
  std::mutex view_mutex_; // guards view_ and stopping_
  std::unique_ptr<View> view_;
  bool stopping_ = false;
  std::condition_variable stop_;
  // Held from asking the view to the end of writing, so that texts stay in order. Whoever reports
  // to a view that is redrawn never takes it, and so never waits for a slow terminal.
  std::mutex write_mutex_;
  std::thread thread_;
};

} // namespace nixbuild::progress
