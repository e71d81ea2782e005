#include "agent/event_relay.hpp"

#include "agent/event_json.hpp"
#include "agent/frames.hpp"
#include "support/format.hpp"

#include <chrono>
#include <limits>
#include <variant>

namespace nixbuild::agent {

using namespace progress;

namespace {

constexpr auto item_interval = std::chrono::milliseconds(100);

constexpr std::size_t most_for_items = std::size_t{1} << 20U;
constexpr std::size_t most_for_lines = std::size_t{8} << 20U;
constexpr std::size_t any_amount = std::numeric_limits<std::size_t>::max();

// How many bytes may be waiting for this event to be kept.
std::size_t most_waiting_for(const Event& event) {
  if (const auto* item = std::get_if<ItemAdvanced>(&event); item != nullptr && !item->completed)
    return most_for_items;
  if (std::holds_alternative<StepLog>(event)) return most_for_lines;
  return any_amount;
}

} // namespace

EventRelay::~EventRelay() {
  try {
    tell_of_lost_lines(any_amount);
  } catch (const std::exception&) {
    return; // then they are missing without a word
  }
}

void EventRelay::report(const Event& event) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    if (const auto* item = std::get_if<ItemAdvanced>(&event);
        item != nullptr && !is_worth_sending(*item))
      return;
    send(event);
  } catch (const std::exception&) {
    return; // work does not fail because it cannot be shown
  }
}

bool EventRelay::is_worth_sending(const ItemAdvanced& item) {
  const auto [sent, is_new] = item_times_.try_emplace({item.step, item.item}, item.at);
  if (item.completed) {
    item_times_.erase(sent);
    return true;
  }
  if (!is_new && item.at - sent->second < item_interval) return false;
  sent->second = item.at;
  return true;
}

void EventRelay::send(const Event& event) {
  tell_of_lost_lines(most_for_items);
  const bool taken =
      outbox_.offer(encode_frame(FrameType::event, event_to_json(event)), most_waiting_for(event));
  if (!taken && std::holds_alternative<StepLog>(event)) ++lost_lines_;
}

void EventRelay::tell_of_lost_lines(std::size_t most_waiting) {
  if (lost_lines_ == 0) return;
  const Notice notice{.level = Notice::Level::warning,
                      .text = format("{} lines of output are missing here: they came faster than "
                                     "they could be sent",
                                     lost_lines_),
                      .at = Clock::now()};
  if (outbox_.offer(encode_frame(FrameType::event, event_to_json(notice)), most_waiting))
    lost_lines_ = 0;
}

} // namespace nixbuild::agent
