#include "progress/tty_layout.hpp"

#include "progress/text.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::progress {

namespace {

// One line of the display that stands for a step or an item, before it is cut to the terminal.
struct Row {
  std::string name; // with its "=> "
  std::string amount;
  double seconds = 0;
  const std::string* color = nullptr;
  const StepState* logs_of = nullptr; // a running step whose logs go below
  bool under_way = false;
};

double seconds_between(Time from, Time to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

// `left` and `right` at the two ends of a line, `left` cut where they would meet.
std::string align(std::string_view left, std::string_view right, int columns) {
  const int right_columns = columns_of(right);
  if (right.empty() || right_columns + 2 > columns) return fit(left, columns);
  const std::string shown = fit(left, columns - right_columns - 1);
  const int gap = columns - right_columns - columns_of(shown);
  return shown + std::string(static_cast<std::size_t>(gap), ' ') + std::string(right);
}

std::string colored(std::string text, const std::string& color, const Colors& colors) {
  return color.empty() ? text : color + std::move(text) + colors.reset;
}

std::string header(const Model& model, Time now, int columns, const TtyStyle& style, Frame frame) {
  const auto& steps = model.steps();
  const auto total = steps.size();
  const auto finished = static_cast<std::size_t>(
      std::ranges::count_if(steps, [](const auto& step) { return step.finished.has_value(); }));
  const bool all = frame == Frame::final && finished == total;
  const std::string left =
      format("[+] {} {:.1f}s ({}/{}){}", style.title, seconds_between(steps.front().started, now),
             finished, total, all ? " FINISHED" : "");
  return align(left, style.target, columns);
}

Row step_row(const StepState& step, Time now, const Colors& colors) {
  Row row{.name = " => ",
          .amount = {},
          .seconds = seconds_between(step.started, step.finished.value_or(now)),
          .color = nullptr,
          .logs_of = step.finished ? nullptr : &step,
          .under_way = !step.finished};
  if (step.finished) {
    row.color = &colors.run;
    if (step.outcome == Outcome::cached) row.name += "CACHED ";
    if (step.outcome == Outcome::cancelled) row.name += "CANCELED ", row.color = &colors.cancel;
    if (step.outcome == Outcome::failed) row.name += "ERROR ", row.color = &colors.error;
  }
  row.name += printable(step.name);
  return row;
}

Row item_row(const ItemState& item, const StepState& step, Time now, const Colors& colors) {
  const bool under_way = !item.completed && !step.finished;
  return {.name = " => => " + printable(item.name),
          .amount = amount_of(item),
          .seconds = seconds_between(item.started, under_way ? now : item.at),
          .color = under_way ? nullptr : &colors.run,
          .logs_of = nullptr,
          .under_way = under_way};
}

std::vector<Row> rows_of(const Model& model, Time now, const Colors& colors) {
  std::vector<Row> rows;
  for (const StepState& step : model.steps()) {
    rows.push_back(step_row(step, now, colors));
    Row& main = rows.back();
    const StepState* logs_of = std::exchange(main.logs_of, nullptr);
    for (const ItemState& item : step.items)
      rows.push_back(item_row(item, step, now, colors));
    rows.back().logs_of = logs_of;
  }
  return rows;
}

// Drops rows until `room` are left: the oldest of those that are done, then the oldest.
void shrink(std::vector<Row>& rows, std::size_t room) {
  std::size_t excess = rows.size() > room ? rows.size() - room : 0;
  std::erase_if(rows, [&](const Row& row) {
    if (excess == 0 || row.under_way) return false;
    --excess;
    return true;
  });
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(excess));
}

std::size_t wanted_log_lines(const StepState& step, const TtyStyle& style) {
  return std::min(step.last_logs.size(), style.log_lines);
}

void append_logs(std::vector<std::string>& lines, const StepState& step, std::size_t count,
                 int columns, const Colors& colors) {
  const auto& logs = step.last_logs;
  for (std::size_t index = logs.size() - count; index < logs.size(); ++index)
    lines.push_back(
        colored(fit(" => => # " + printable(logs[index].text), columns), colors.faint, colors));
}

std::string row_line(const Row& row, int columns, const Colors& colors) {
  const double shown_seconds = row.seconds < 0.05 ? 0 : row.seconds;
  std::string right = format("{:.1f}s", shown_seconds);
  if (!row.amount.empty()) right = format("{}  {:>6}", row.amount, right);
  std::string line = align(row.name, right, columns);
  return row.color == nullptr ? line : colored(std::move(line), *row.color, colors);
}

} // namespace

std::vector<std::string> tty_layout(const Model& model, Time now, TerminalSize size,
                                    const TtyStyle& style, Frame frame) {
  if (model.steps().empty()) return {};
  std::vector<std::string> lines{header(model, now, size.columns, style, frame)};
  std::vector<Row> rows = rows_of(model, now, style.colors);
  // The header and the line that the cursor rests on are always there.
  const auto room = static_cast<std::size_t>(std::max(1, size.lines - 2));
  std::size_t log_room = 0;
  if (frame == Frame::live) {
    std::size_t wanted = 0;
    for (const StepState& step : model.steps())
      if (!step.finished) wanted += wanted_log_lines(step, style);
    const std::size_t reserved = std::min(wanted, room / 2);
    shrink(rows, room - reserved);
    log_room = room - rows.size();
  }
  std::vector<std::size_t> log_counts(rows.size());
  for (std::size_t index = rows.size(); index-- > 0;) { // the newest step first
    if (rows[index].logs_of == nullptr) continue;
    log_counts[index] = std::min(log_room, wanted_log_lines(*rows[index].logs_of, style));
    log_room -= log_counts[index];
  }
  for (std::size_t index = 0; index < rows.size(); ++index) {
    lines.push_back(row_line(rows[index], size.columns, style.colors));
    if (rows[index].logs_of != nullptr)
      append_logs(lines, *rows[index].logs_of, log_counts[index], size.columns, style.colors);
  }
  return lines;
}

} // namespace nixbuild::progress
