#include "agent/remote_events.hpp"

#include "support/error.hpp"

#include <utility>
#include <variant>

namespace nixbuild::agent {

using namespace progress;

namespace {

constexpr std::size_t most_steps = 1'000'000;

void move_times(ItemAdvanced& event, Clock::duration offset) {
  event.started += offset;
  event.at += offset;
}

void move_times(auto& event, Clock::duration offset) {
  event.at += offset;
}

} // namespace

void RemoteEvents::report(Event event) {
  const bool known = std::visit(
      [this](auto& one) {
        move_times(one, offset_);
        return to_own_step(one);
      },
      event);
  if (known) reporter_.report(event);
}

void RemoteEvents::end_open_steps(Outcome outcome, const std::string& error) {
  for (const auto& [theirs, ours] : std::exchange(open_steps_, {})) {
    reporter_.report(
        StepFinished{.step = ours, .outcome = outcome, .error = error, .at = reporter_.now()});
  }
}

bool RemoteEvents::to_own_step(StepStarted& event) {
  if (++steps_ > most_steps)
    throw Error(ErrorKind::corrupt, "the agent reports more steps than any build has");
  const StepId ours = reporter_.next_step();
  open_steps_[event.step] = ours;
  event.step = ours;
  return true;
}

bool RemoteEvents::to_own_step(StepFinished& event) {
  const auto theirs = open_steps_.find(event.step);
  if (theirs == open_steps_.end()) return false;
  event.step = theirs->second;
  open_steps_.erase(theirs);
  return true;
}

bool RemoteEvents::to_own_step(ItemAdvanced& event) {
  return find_own_step(event.step);
}

bool RemoteEvents::to_own_step(StepLog& event) {
  return find_own_step(event.step);
}

bool RemoteEvents::find_own_step(StepId& step) const {
  const auto theirs = open_steps_.find(step);
  if (theirs == open_steps_.end()) return false;
  step = theirs->second;
  return true;
}

} // namespace nixbuild::agent
