#pragma once

#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <string>
#include <utility>

namespace nixbuild::progress {

// Hands everything on to another reporter, with `prefix` before the names of steps: which of
// several things that are done side by side they belong to, that `cancel` stops. Thread-safe.
class PrefixedReporter final : public Reporter {
public:
  // `next` must live longer.
  PrefixedReporter(Reporter& next, std::string prefix, CancelToken cancel)
      : next_(next)
      , prefix_(std::move(prefix))
      , cancel_(std::move(cancel)) {}

  void report(const Event& event) noexcept override;
  StepId next_step() noexcept override { return next_.next_step(); }
  Time now() noexcept override { return next_.now(); }
  [[nodiscard]] bool cancelled() const noexcept override {
    return next_.cancelled() || cancel_.cancelled();
  }

private:
  Reporter& next_;
  std::string prefix_;
  CancelToken cancel_;
};

} // namespace nixbuild::progress
