#pragma once

#include "progress/event.hpp"

#include <chrono>
#include <string>
#include <utility>

// Short ways to write down what happened when, in milliseconds since the run began.
namespace nixbuild::progress::testing {

inline Time at(int milliseconds) {
  // 2023-11-14T22:13:20Z
  return Time(std::chrono::seconds(1'700'000'000)) + std::chrono::milliseconds(milliseconds);
}

inline Event started(StepId step, std::string name, int time) {
  return StepStarted{.step = step, .name = std::move(name), .at = at(time)};
}

inline Event log(StepId step, std::string line, int time) {
  return StepLog{.step = step, .line = std::move(line), .at = at(time)};
}

inline Event finished(StepId step, int time, Outcome outcome = Outcome::done,
                      std::string error = {}) {
  return StepFinished{.step = step, .outcome = outcome, .error = std::move(error), .at = at(time)};
}

inline Event item(StepId step, std::string name, std::uint64_t current, std::uint64_t total,
                  int start, int time, bool completed = false) {
  return ItemAdvanced{.step = step,
                      .item = std::move(name),
                      .current = current,
                      .total = total,
                      .bytes = true,
                      .started = at(start),
                      .at = at(time),
                      .completed = completed};
}

inline Event note(Notice::Level level, std::string text, int time) {
  return Notice{.level = level, .text = std::move(text), .at = at(time)};
}

} // namespace nixbuild::progress::testing
