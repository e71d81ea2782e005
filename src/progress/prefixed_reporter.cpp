#include "progress/prefixed_reporter.hpp"

#include <exception>
#include <variant>

namespace nixbuild::progress {

void PrefixedReporter::report(const Event& event) noexcept {
  const auto* started = std::get_if<StepStarted>(&event);
  if (started == nullptr) return next_.report(event);
  try {
    next_.report(
        StepStarted{.step = started->step, .name = prefix_ + started->name, .at = started->at});
  } catch (const std::exception&) {
    next_.report(event); // for want of memory
  }
}

} // namespace nixbuild::progress
