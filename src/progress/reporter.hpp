#pragma once

#include "progress/event.hpp"
#include "support/error.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

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
  // Whether the user stopped us: a step that is left by an exception is then cancelled, not failed.
  [[nodiscard]] virtual bool cancelled() const noexcept { return false; }
};

void notice(Reporter& reporter, Notice::Level level, std::string text) noexcept;

// A step that starts when made. Left by an exception it reports itself as failed or cancelled,
// otherwise as done unless `cached` was called. For one thread at a time.
class Step {
public:
  Step(Reporter& reporter, std::string name);
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step();

  // One line that the work printed.
  void log(std::string_view line) noexcept;
  // How far an item of the step is, in bytes; `total` is 0 when not known.
  void advance(std::string_view item, std::uint64_t current, std::uint64_t total,
               bool completed = false) noexcept;
  // The work turned out to be there already.
  void cached() noexcept { outcome_ = Outcome::cached; }
  // Ends the step now, as failed.
  void fail(std::string error) noexcept;

private:
  void finish(Outcome outcome, std::string error) noexcept;

  Reporter& reporter_;
  StepId id_;
  int exceptions_at_start_;
  Outcome outcome_ = Outcome::done;
  bool finished_ = false;
  std::map<std::string, Time, std::less<>> item_starts_;
};

// Runs `work` with the step `name`; an Error that leaves it ends the step with its message.
template <class Work>
decltype(auto) as_step(Reporter& reporter, std::string name, Work&& work) {
  Step step(reporter, std::move(name));
  try {
    return std::forward<Work>(work)(step);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) step.fail(error.message());
    throw;
  }
}

} // namespace nixbuild::progress
