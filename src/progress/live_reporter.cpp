#include "progress/live_reporter.hpp"

#include <exception>
#include <utility>

namespace nixbuild::progress {

LiveReporter::LiveReporter(std::unique_ptr<View> view, Output& output, CancelToken cancel)
    : cancel_(std::move(cancel))
    , output_(output)
    , view_(std::move(view)) {
  if (const auto interval = view_->interval())
    thread_ = std::thread([this, wait = *interval] { redraw_until_stopped(wait); });
}

LiveReporter::~LiveReporter() {
  {
    const std::scoped_lock lock(view_mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
  try {
    output_.write(view_->finish(now()));
  } catch (const std::exception&) {
    return; // nobody is left to be told
  }
}

void LiveReporter::report(const Event& event) noexcept {
  try {
    const std::scoped_lock lock(view_mutex_);
    view_->apply(event);
    if (!view_->immediate()) return;
  } catch (const std::exception&) {
    return; // no memory: the event is lost, the work goes on
  }
  write_what_view_says();
}

void LiveReporter::redraw_until_stopped(std::chrono::milliseconds interval) {
  std::unique_lock lock(view_mutex_);
  while (!stop_.wait_for(lock, interval, [this] { return stopping_; })) {
    lock.unlock();
    write_what_view_says();
    lock.lock();
  }
}

void LiveReporter::write_what_view_says() noexcept {
  try {
    const std::scoped_lock writing(write_mutex_);
    std::string text;
    {
      const std::scoped_lock lock(view_mutex_);
      text = view_->take(now());
    }
    if (!text.empty()) output_.write(text);
  } catch (const std::exception&) {
    return; // a closed terminal must not stop a build
  }
}

} // namespace nixbuild::progress
