#pragma once

#include "progress/event.hpp"

#include <string>
#include <string_view>

namespace nixbuild::progress {

// Takes events. Thread-safe, never throws, never blocks for long: work must not fail because it
// cannot be shown.
class Reporter {
public:
  Reporter() = default;
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;
  virtual ~Reporter() = default;

  virtual void report(const Event& event) noexcept = 0;
  // A number for a new step.
  virtual StepId next_step() noexcept = 0;
  virtual Time now() noexcept = 0;
};

void notice(Reporter& reporter, Notice::Level level, std::string text) noexcept;

// A step that starts when made. Left by an exception it reports itself as failed or cancelled,
// otherwise as done unless `cached` was called.
class Step {
public:
  Step(Reporter& reporter, std::string name);
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step();

  void log(std::string_view line) noexcept;
  void advance(std::string_view item, std::uint64_t current, std::uint64_t total,
               bool completed = false) noexcept;
  // The work turned out to be there already.
  void cached() noexcept { outcome_ = Outcome::cached; }
  // Ends the step now.
  void fail(std::string error) noexcept;

private:
  Reporter& reporter_;
  StepId id_;
  Time started_;
  int exceptions_at_start_;
  Outcome outcome_ = Outcome::done;
  bool finished_ = false;
};

} // namespace nixbuild::progress
