#include "progress/plain_view.hpp"

#include "progress/text.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::progress {

namespace {

constexpr auto turn = std::chrono::seconds(5);
constexpr auto shortest_pause = std::chrono::milliseconds(500); // between two lines about an item
// A step that has this many lines to show does not wait for its turn, so that memory stays small.
constexpr std::size_t most_waiting_lines = 1000;

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string item_line(const ItemAdvanced& event) {
  std::string line = printable(event.item);
  const std::string amount = amount_of({.name = {},
                                        .current = event.current,
                                        .total = event.total,
                                        .bytes = event.bytes,
                                        .started = event.started,
                                        .at = event.at,
                                        .completed = event.completed});
  if (!amount.empty()) line += " " + amount;
  const double duration = seconds(event.at - event.started);
  if (duration > 0.01) line += format(" {:.1f}s", duration);
  if (event.completed) line += " done";
  return line;
}

std::string last_line(const StepFinished& event, Time started) {
  switch (event.outcome) {
  case Outcome::done:
    return format("DONE {:.1f}s", seconds(event.at - started));
  case Outcome::cached:
    return "CACHED";
  case Outcome::cancelled:
    return "CANCELED";
  case Outcome::failed:
    return "ERROR: " + printable(event.error);
  }
  std::unreachable();
}

} // namespace

std::optional<std::chrono::milliseconds> PlainView::interval() const {
  return std::chrono::milliseconds(250);
}

void PlainView::apply(const Event& event) {
  model_.apply(event);
  std::visit([this](const auto& one) { apply_to(one); }, event);
}

void PlainView::apply_to(const StepStarted& event) {
  waiting_.try_emplace(event.step);
}

void PlainView::apply_to(const ItemAdvanced& event) {
  const auto found = waiting_.find(event.step);
  if (found == waiting_.end() || !worth_showing(found->second, event)) return;
  found->second.lines.push_back(item_line(event));
}

// The last state of an item, and of one that takes its time those on the way: one each five
// seconds, or earlier when much has happened.
bool PlainView::worth_showing(Waiting& waiting, const ItemAdvanced& event) const {
  ShownItem& last =
      waiting.shown_items
          .try_emplace(event.item, ShownItem{.current = event.current, .at = event.at})
          .first->second;
  if (last.completed) return false;
  const bool moved = event.total != 0 && event.current > last.current &&
                     event.current - last.current >= event.total / 20;
  if (!event.completed && event.at - last.at < (moved ? shortest_pause : turn)) return false;
  last = {.current = event.current, .at = event.at, .completed = event.completed};
  return true;
}

void PlainView::apply_to(const StepLog& event) {
  const auto found = waiting_.find(event.step);
  if (found == waiting_.end()) return;
  const Time started = model_.find(event.step)->started;
  found->second.lines.push_back(format("{} {}", format_seconds(event.at - started), event.line));
}

void PlainView::apply_to(const StepFinished& event) {
  const auto found = waiting_.find(event.step);
  if (found == waiting_.end() || found->second.ended) return;
  found->second.lines.push_back(last_line(event, model_.find(event.step)->started));
  found->second.ended = true;
}

void PlainView::apply_to(const Notice& event) {
  if (event.level == Notice::Level::debug && !debug_) return;
  const std::string_view prefix = event.level == Notice::Level::warning ? "WARNING: "
                                  : event.level == Notice::Level::debug ? "DEBUG: "
                                                                        : "";
  text_ += format("{}{}\n", prefix, printable(event.text));
}

void PlainView::give_floor_to(StepId step, Time now) {
  if (floor_ != 0) text_ += format("#{} ...\n", waiting_.at(floor_).number);
  if (last_number_ != 0)
    text_ += "\n";
  else if (!heading_.empty())
    text_ += format("#0 {}\n\n", heading_);
  Waiting& waiting = waiting_.at(step);
  if (waiting.number == 0) waiting.number = ++last_number_;
  text_ += format("#{} {}\n", waiting.number, printable(model_.find(step)->name));
  floor_ = step;
  floor_since_ = now;
}

void PlainView::show_waiting(StepId step) {
  Waiting& waiting = waiting_.at(step);
  for (const std::string& line : waiting.lines)
    text_ += format("#{} {}\n", waiting.number, line);
  waiting.lines.clear();
  if (!waiting.ended) return;
  waiting_.erase(step);
  floor_ = 0;
}

std::string PlainView::take(Time now) {
  if (floor_ != 0) show_waiting(floor_);
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    const auto& [step, waiting] = *next++;
    if (!waiting.ended && waiting.lines.size() < most_waiting_lines) continue;
    give_floor_to(step, now);
    show_waiting(step);
  }
  const auto has_to_say = [this](const auto& entry) {
    return entry.first != floor_ && (entry.second.number == 0 || !entry.second.lines.empty());
  };
  if (floor_ == 0 || now - floor_since_ >= turn) {
    // Round robin: the first one behind the step that has the floor.
    auto next = std::find_if(waiting_.upper_bound(floor_), waiting_.end(), has_to_say);
    if (next == waiting_.end()) next = std::ranges::find_if(waiting_, has_to_say);
    if (next != waiting_.end()) {
      give_floor_to(next->first, now);
      show_waiting(next->first);
    }
  }
  return std::exchange(text_, {});
}

std::string PlainView::finish(Time now) {
  std::string text = take(now);
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    const StepId step = next++->first;
    if (waiting_.at(step).lines.empty()) continue;
    give_floor_to(step, now);
    show_waiting(step);
  }
  return text + std::exchange(text_, {}) + failure_blocks(model_);
}

} // namespace nixbuild::progress
