#pragma once

#include "progress/reporter.hpp"

#include <atomic>

namespace nixbuild::tests {

class SilentReporter : public progress::Reporter {
public:
  void report(const progress::Event&) noexcept override {}
  progress::StepId next_step() noexcept override { return ++steps_; }
  progress::Time now() noexcept override { return {}; }

private:
  std::atomic<progress::StepId> steps_{0};
};

} // namespace nixbuild::tests
