#pragma once

#include "progress/view.hpp"

namespace nixbuild::progress {

// Shows nothing.
class QuietView final : public View {
public:
  void apply(const Event& /*event*/) override {}
  [[nodiscard]] std::string take(Time /*now*/) override { return {}; }
  [[nodiscard]] std::string finish(Time /*now*/) override { return {}; }
  [[nodiscard]] std::optional<std::chrono::milliseconds> interval() const override {
    return std::nullopt;
  }
  [[nodiscard]] bool immediate() const override { return false; }
};

} // namespace nixbuild::progress
