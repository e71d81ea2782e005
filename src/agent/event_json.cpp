#include "agent/event_json.hpp"

#include "agent/json_text.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace nixbuild::agent {

namespace json = boost::json;
using namespace progress;

namespace {

constexpr std::string_view what = "event";

constexpr std::array<std::pair<Outcome, std::string_view>, 4> outcomes{{
    {Outcome::done, "done"},
    {Outcome::cached, "cached"},
    {Outcome::cancelled, "cancelled"},
    {Outcome::failed, "failed"},
}};
constexpr std::array<std::pair<Notice::Level, std::string_view>, 3> levels{{
    {Notice::Level::debug, "debug"},
    {Notice::Level::info, "info"},
    {Notice::Level::warning, "warning"},
}};

template <class Names, class Value>
std::string_view name_of(const Names& names, Value value) {
  for (const auto& [one, name] : names) {
    if (one == value) return name;
  }
  std::unreachable();
}

template <class Names>
auto value_of(const Names& names, const json::object& object, std::string_view key) {
  const std::string text = text_member(object, key, what);
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  throw Error(ErrorKind::corrupt, format("the agent's event has an unknown \"{}\"", key));
}

json::object to_object(const StepStarted& event) {
  return {{"event", "started"},
          {"step", event.step},
          {"name", event.name},
          {"at", to_nanoseconds(event.at)}};
}

json::object to_object(const ItemAdvanced& event) {
  return {{"event", "item"},
          {"step", event.step},
          {"item", event.item},
          {"current", event.current},
          {"total", event.total},
          {"bytes", event.bytes},
          {"started", to_nanoseconds(event.started)},
          {"at", to_nanoseconds(event.at)},
          {"completed", event.completed}};
}

json::object to_object(const StepLog& event) {
  return {{"event", "log"},
          {"step", event.step},
          {"line", event.line},
          {"at", to_nanoseconds(event.at)}};
}

json::object to_object(const StepFinished& event) {
  return {{"event", "finished"},
          {"step", event.step},
          {"outcome", name_of(outcomes, event.outcome)},
          {"error", event.error},
          {"at", to_nanoseconds(event.at)}};
}

json::object to_object(const Notice& event) {
  return {{"event", "notice"},
          {"level", name_of(levels, event.level)},
          {"text", event.text},
          {"at", to_nanoseconds(event.at)}};
}

} // namespace

std::string event_to_json(const Event& event) {
  return json::serialize(std::visit([](const auto& one) { return to_object(one); }, event));
}

Event event_from_json(std::string_view text) {
  const json::object object = parse_object(text, what);
  const std::string kind = text_member(object, "event", what);
  const Time at = time_member(object, "at", what);
  if (kind == "notice") {
    return Notice{.level = value_of(levels, object, "level"),
                  .text = text_member(object, "text", what),
                  .at = at};
  }
  const StepId step = count_member(object, "step", what);
  if (kind == "started")
    return StepStarted{.step = step, .name = text_member(object, "name", what), .at = at};
  if (kind == "log")
    return StepLog{.step = step, .line = text_member(object, "line", what), .at = at};
  if (kind == "finished") {
    return StepFinished{.step = step,
                        .outcome = value_of(outcomes, object, "outcome"),
                        .error = text_member(object, "error", what),
                        .at = at};
  }
  if (kind == "item") {
    return ItemAdvanced{.step = step,
                        .item = text_member(object, "item", what),
                        .current = count_member(object, "current", what),
                        .total = count_member(object, "total", what),
                        .bytes = bool_member(object, "bytes", what),
                        .started = time_member(object, "started", what),
                        .at = at,
                        .completed = bool_member(object, "completed", what)};
  }
  throw Error(ErrorKind::corrupt, "the agent's event is of an unknown kind");
}

} // namespace nixbuild::agent
