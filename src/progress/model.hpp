#pragma once

#include "progress/event.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::progress {

struct ItemState {
  std::string name;
  std::uint64_t current = 0;
  std::uint64_t total = 0;
  bool bytes = true;
  Time started;
  Time at;
  bool completed = false;
};

struct LogLine {
  std::string text;
  Time at;
};

struct StepState {
  StepId id = 0;
  std::string name;
  Time started;
  std::optional<Time> finished;
  Outcome outcome = Outcome::done; // once finished
  std::string error;
  std::vector<ItemState> items;  // in the order in which they came
  std::deque<LogLine> last_logs; // the newest ones
  std::map<std::string, std::size_t, std::less<>> item_index;
};

// What the events so far add up to. Keeps all steps and items, but only the newest lines of logs.
class Model {
public:
  explicit Model(std::size_t kept_log_lines = 10) : kept_log_lines_(kept_log_lines) {}

  // Events of steps that never started are left out.
  void apply(const Event& event);

  [[nodiscard]] const std::vector<StepState>& steps() const noexcept { return steps_; }
  [[nodiscard]] const StepState* find(StepId id) const noexcept;

private:
  [[nodiscard]] StepState* mutable_step(StepId id) noexcept;
  void apply_to(const StepStarted& event);
  void apply_to(const ItemAdvanced& event);
  void apply_to(const StepLog& event);
  void apply_to(const StepFinished& event);
  void apply_to(const Notice&) {}

  std::size_t kept_log_lines_;
  std::vector<StepState> steps_;
  std::map<StepId, std::size_t> step_index_;
};

// "1.2MB / 3.4MB", "3 / 12", "1.2MB", or empty when nothing is known.
[[nodiscard]] std::string amount_of(const ItemState& item);

// What is shown after everything else for each failed step: its name and the end of its log.
[[nodiscard]] std::string failure_blocks(const Model& model);

} // namespace nixbuild::progress
