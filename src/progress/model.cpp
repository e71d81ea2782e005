#include "progress/model.hpp"

#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::progress {

void Model::apply(const Event& event) {
  std::visit([this](const auto& one) { apply_to(one); }, event);
}

StepState* Model::mutable_step(StepId id) noexcept {
  const auto found = step_index_.find(id);
  return found == step_index_.end() ? nullptr : &steps_[found->second];
}

const StepState* Model::find(StepId id) const noexcept {
  const auto found = step_index_.find(id);
  return found == step_index_.end() ? nullptr : &steps_[found->second];
}

void Model::apply_to(const StepStarted& event) {
  if (!step_index_.emplace(event.step, steps_.size()).second) return;
  StepState step;
  step.id = event.step;
  step.name = event.name;
  step.started = event.at;
  steps_.push_back(std::move(step));
}

void Model::apply_to(const ItemAdvanced& event) {
  StepState* step = mutable_step(event.step);
  if (step == nullptr) return;
  const auto [position, is_new] = step->item_index.emplace(event.item, step->items.size());
  if (is_new) step->items.emplace_back();
  step->items[position->second] = {.name = event.item,
                                   .current = event.current,
                                   .total = event.total,
                                   .bytes = event.bytes,
                                   .started = event.started,
                                   .at = event.at,
                                   .completed = event.completed};
}

void Model::apply_to(const StepLog& event) {
  StepState* step = mutable_step(event.step);
  if (step == nullptr) return;
  step->last_logs.push_back({.text = event.line, .at = event.at});
  if (step->last_logs.size() > kept_log_lines_) step->last_logs.pop_front();
}

void Model::apply_to(const StepFinished& event) {
  StepState* step = mutable_step(event.step);
  if (step == nullptr || step->finished) return;
  step->finished = event.at;
  step->outcome = event.outcome;
  step->error = event.error;
}

std::string amount_of(const ItemState& item) {
  const auto text = [&](std::uint64_t amount) {
    return item.bytes ? format_bytes(amount) : format("{}", amount);
  };
  if (item.total != 0) return format("{} / {}", text(item.current), text(item.total));
  return item.current != 0 ? text(item.current) : std::string();
}

std::string failure_blocks(const Model& model) {
  constexpr std::ptrdiff_t shown_lines = 10;
  std::string text;
  for (const StepState& step : model.steps()) {
    if (!step.finished || step.outcome != Outcome::failed) continue;
    text += format("------\n > {}:\n", step.name);
    const auto& logs = step.last_logs;
    const auto skipped = std::max<std::ptrdiff_t>(0, std::ssize(logs) - shown_lines);
    for (auto line = logs.begin() + skipped; line != logs.end(); ++line)
      text += format("{} {}\n", format_seconds(line->at - step.started), line->text);
    text += "------\n";
  }
  return text;
}

} // namespace nixbuild::progress
