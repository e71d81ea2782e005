#pragma once

#include "progress/reporter.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace nixbuild::agent {

// Shows the agent's events as if they happened here: its steps get numbers of our reporter, its
// times are moved from its clock to ours. Events of steps that never started are left out.
class RemoteEvents {
public:
  // `reporter` must live longer. `offset` is what our clock showed when the agent's showed zero.
  RemoteEvents(progress::Reporter& reporter, progress::Clock::duration offset)
      : reporter_(reporter)
      , offset_(offset) {}

  // Throws an Error of kind corrupt for more steps than any build has.
  void report(progress::Event event);

  // Ends the steps that are under way, since no event will.
  void end_open_steps(progress::Outcome outcome, const std::string& error);

private:
  [[nodiscard]] bool to_own_step(progress::StepStarted& event);
  [[nodiscard]] bool to_own_step(progress::StepFinished& event);
  [[nodiscard]] bool to_own_step(progress::ItemAdvanced& event);
  [[nodiscard]] bool to_own_step(progress::StepLog& event);
  [[nodiscard]] static bool to_own_step(progress::Notice&) { return true; }
  [[nodiscard]] bool find_own_step(progress::StepId& step) const;

  progress::Reporter& reporter_;
  progress::Clock::duration offset_;
  std::map<progress::StepId, progress::StepId> open_steps_; // the agent's to ours
  std::size_t steps_ = 0;
};

} // namespace nixbuild::agent
