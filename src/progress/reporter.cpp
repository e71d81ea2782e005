#include "progress/reporter.hpp"

#include <exception>
#include <utility>

namespace nixbuild::progress {

namespace {

// Makes and reports an event; when there is no memory for it, it is lost.
template <class Make>
void report(Reporter& reporter, Make&& make) noexcept {
  try {
    reporter.report(std::forward<Make>(make)());
  } catch (const std::exception&) {
    return; // the work goes on unseen
  }
}

} // namespace

void notice(Reporter& reporter, Notice::Level level, std::string text) noexcept {
  report(reporter,
         [&] { return Notice{.level = level, .text = std::move(text), .at = reporter.now()}; });
}

Step::Step(Reporter& reporter, std::string name)
    : reporter_(reporter)
    , id_(reporter.next_step())
    , exceptions_at_start_(std::uncaught_exceptions()) {
  report(reporter_,
         [&] { return StepStarted{.step = id_, .name = std::move(name), .at = reporter_.now()}; });
}

Step::~Step() {
  if (finished_) return;
  if (std::uncaught_exceptions() <= exceptions_at_start_)
    finish(outcome_, {});
  else if (reporter_.cancelled())
    finish(Outcome::cancelled, {});
  else
    finish(Outcome::failed, "failed");
}

void Step::log(std::string_view line) noexcept {
  report(reporter_,
         [&] { return StepLog{.step = id_, .line = std::string(line), .at = reporter_.now()}; });
}

void Step::advance(std::string_view item, std::uint64_t current, std::uint64_t total,
                   bool completed) noexcept {
  report(reporter_, [&] {
    const Time now = reporter_.now();
    auto start = item_starts_.find(item);
    if (start == item_starts_.end()) start = item_starts_.emplace(item, now).first;
    return ItemAdvanced{.step = id_,
                        .item = std::string(item),
                        .current = current,
                        .total = total,
                        .bytes = true,
                        .started = start->second,
                        .at = now,
                        .completed = completed};
  });
}

void Step::fail(std::string error) noexcept {
  finish(Outcome::failed, std::move(error));
}

void Step::finish(Outcome outcome, std::string error) noexcept {
  if (std::exchange(finished_, true)) return;
  report(reporter_, [&] {
    return StepFinished{
        .step = id_, .outcome = outcome, .error = std::move(error), .at = reporter_.now()};
  });
}

} // namespace nixbuild::progress
