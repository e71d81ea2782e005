#pragma once

#include "progress/reporter.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::fakes {

// Keeps every event. Its clock stands still.
class RecordingReporter final : public progress::Reporter {
public:
  void report(const progress::Event& event) noexcept override {
    const std::scoped_lock lock(mutex_);
    events_.push_back(event);
  }
  progress::StepId next_step() noexcept override {
    const std::scoped_lock lock(mutex_);
    return ++last_step_;
  }
  progress::Time now() noexcept override { return progress::Time(std::chrono::seconds(1)); }

  [[nodiscard]] std::vector<progress::Event> events() const {
    const std::scoped_lock lock(mutex_);
    return events_;
  }
  template <class Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    std::vector<Kind> list;
    for (const progress::Event& event : events()) {
      if (const auto* one = std::get_if<Kind>(&event)) list.push_back(*one);
    }
    return list;
  }

  // Names of the steps in the order in which they started.
  [[nodiscard]] std::vector<std::string> steps() const {
    std::vector<std::string> names;
    for (const auto& started : all<progress::StepStarted>())
      names.push_back(started.name);
    return names;
  }
  [[nodiscard]] std::vector<std::string> log_of(const std::string& step) const {
    std::vector<std::string> lines;
    for (const auto& log : all<progress::StepLog>()) {
      if (name_of(log.step) == step) lines.push_back(log.line);
    }
    return lines;
  }
  // How the (first) step of that name ended; nothing while it runs.
  [[nodiscard]] std::optional<progress::Outcome> outcome_of(const std::string& step) const {
    for (const auto& finished : all<progress::StepFinished>()) {
      if (name_of(finished.step) == step) return finished.outcome;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::vector<std::string> warnings() const {
    std::vector<std::string> texts;
    for (const auto& notice : all<progress::Notice>()) {
      if (notice.level == progress::Notice::Level::warning) texts.push_back(notice.text);
    }
    return texts;
  }

private:
  [[nodiscard]] std::string name_of(progress::StepId step) const {
    for (const auto& started : all<progress::StepStarted>()) {
      if (started.step == step) return started.name;
    }
    return {};
  }

  mutable std::mutex mutex_;
  std::vector<progress::Event> events_;
  progress::StepId last_step_ = 0;
};

} // namespace nixbuild::fakes
