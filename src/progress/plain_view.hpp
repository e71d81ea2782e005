#pragma once

#include "progress/model.hpp"
#include "progress/view.hpp"

namespace nixbuild::progress {

// BuildKit's plain form: lines that begin with the number of their step. Steps that run beside
// each other take turns of five seconds, so that their lines do not alternate.
class PlainView final : public View {
public:
  // `heading` is the first line: "building with Nix for docker:default". Notices of level debug
  // are shown only with `debug`.
  PlainView(std::string heading, bool debug) : heading_(std::move(heading)), debug_(debug) {}

  void apply(const Event& event) override;
  [[nodiscard]] std::string take(Time now) override;
  [[nodiscard]] std::string finish(Time now) override;
  [[nodiscard]] std::optional<std::chrono::milliseconds> interval() const override;
  [[nodiscard]] bool immediate() const override { return true; }

private:
  struct ShownItem {
    std::uint64_t current = 0;
    Time at;
    bool completed = false;
  };
  // What a step has to say while another one has the floor.
  struct Waiting {
    std::size_t number = 0; // 0 until it is first shown
    std::vector<std::string> lines;
    std::map<std::string, ShownItem> shown_items;
    bool ended = false; // its last line is among `lines`
  };

  void apply_to(const StepStarted& event);
  void apply_to(const ItemAdvanced& event);
  void apply_to(const StepLog& event);
  void apply_to(const StepFinished& event);
  void apply_to(const Notice& event);
  bool worth_showing(Waiting& waiting, const ItemAdvanced& event) const;
  void give_floor_to(StepId step, Time now);
  void show_waiting(StepId step);

  std::string heading_;
  bool debug_;
  Model model_;
  std::map<StepId, Waiting> waiting_; // of steps that have not been shown to their end
  StepId floor_ = 0;                  // the step whose lines are being shown; 0: none
  Time floor_since_;
  std::size_t last_number_ = 0;
  std::string text_;
};

} // namespace nixbuild::progress
