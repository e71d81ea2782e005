#pragma once

#include "progress/reporter.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

namespace nixbuild::tests {

// Keeps the notices that it gets, and the names of the steps. Its time is the one that is set.
class RecordingReporter : public progress::Reporter {
public:
  void report(const progress::Event& event) noexcept override {
    const std::scoped_lock lock(mutex_);
    if (const auto* notice = std::get_if<progress::Notice>(&event)) notices_.push_back(*notice);
    if (const auto* step = std::get_if<progress::StepStarted>(&event)) steps_.push_back(step->name);
  }
  progress::StepId next_step() noexcept override { return ++last_step_; }
  progress::Time now() noexcept override { return time; }

  progress::Time time{}; // 1970, unless a test sets it
  [[nodiscard]] const std::vector<progress::Notice>& notices() const { return notices_; }
  [[nodiscard]] const std::vector<std::string>& steps() const { return steps_; }

private:
  std::mutex mutex_;
  std::vector<progress::Notice> notices_;
  std::vector<std::string> steps_;
  std::atomic<progress::StepId> last_step_{0};
};

} // namespace nixbuild::tests
