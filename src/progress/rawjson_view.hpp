#pragma once

#include "progress/model.hpp"
#include "progress/view.hpp"

namespace nixbuild::progress {

// BuildKit's rawjson form: one SolveStatus object per line (moby/buildkit client/graph.go). A
// step's digest is the SHA-256 of its number and name. Notices belong to a vertex of their own.
class RawJsonView final : public View {
public:
  explicit RawJsonView(bool debug) : debug_(debug) {}

  void apply(const Event& event) override;
  [[nodiscard]] std::string take(Time now) override;
  [[nodiscard]] std::string finish(Time now) override { return take(now); }
  [[nodiscard]] std::optional<std::chrono::milliseconds> interval() const override {
    return std::nullopt;
  }
  [[nodiscard]] bool immediate() const override { return true; }

private:
  void apply_to(const StepStarted& event);
  void apply_to(const ItemAdvanced& event);
  void apply_to(const StepLog& event);
  void apply_to(const StepFinished& event);
  void apply_to(const Notice& event);

  bool debug_;
  bool notices_started_ = false;
  Model model_;
  std::map<StepId, std::string> digests_;
  std::map<std::pair<StepId, std::string>, Time> item_times_; // when each was last written
  std::string text_;
};

} // namespace nixbuild::progress
