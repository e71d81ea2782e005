#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nixbuild::progress {

using Clock = std::chrono::system_clock;
using Time = Clock::time_point;

// Steps are BuildKit's vertices: what a person sees as one line of the display. Numbers are unique
// within a run and start at 1.
using StepId = std::uint64_t;

struct StepStarted {
  StepId step;
  std::string name; // "evaluate .#layeredImage", "build hello-2.12", "load hello:latest"
  Time at;
};

// One item of work inside a step, with an amount that grows: a download, a layer being sent.
struct ItemAdvanced {
  StepId step;
  std::string item;
  std::uint64_t current = 0;
  std::uint64_t total = 0; // 0: not known
  bool bytes = true;       // else a plain count
  Time started;
  Time at;
  bool completed = false;
};

// One line (without line end) that the work printed.
struct StepLog {
  StepId step;
  std::string line;
  Time at;
};

enum class Outcome { done, cached, cancelled, failed };

struct StepFinished {
  StepId step;
  Outcome outcome = Outcome::done;
  std::string error; // for failed
  Time at;
};

// Something to tell the user that belongs to no step.
struct Notice {
  enum class Level { debug, info, warning };
  Level level = Level::info;
  std::string text; // one line
  Time at;
};

using Event = std::variant<StepStarted, ItemAdvanced, StepLog, StepFinished, Notice>;

} // namespace nixbuild::progress
