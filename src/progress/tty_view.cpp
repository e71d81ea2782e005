#include "progress/tty_view.hpp"

#include "progress/text.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::progress {

namespace {

// ECMA-48 and xterm control sequences.
constexpr std::string_view hide_cursor = "\x1B[?25l";
constexpr std::string_view show_cursor = "\x1B[?25h";
constexpr std::string_view erase_line = "\x1B[2K";
constexpr std::string_view erase_below = "\x1B[J";

} // namespace

TtyView::TtyView(TtyStyle style, std::chrono::milliseconds interval, bool debug,
                 std::function<TerminalSize()> size)
    : style_(std::move(style))
    , interval_(interval)
    , debug_(debug)
    , size_(std::move(size))
    , model_(std::max<std::size_t>(10, style_.log_lines)) {}

void TtyView::apply(const Event& event) {
  model_.apply(event);
  const auto* notice = std::get_if<Notice>(&event);
  if (notice == nullptr || (notice->level == Notice::Level::debug && !debug_)) return;
  const std::string text = printable(notice->text);
  if (notice->level == Notice::Level::warning)
    notices_.push_back(format("{}WARNING: {}{}", style_.colors.warning, text, style_.colors.reset));
  else
    notices_.push_back(text);
}

std::string TtyView::draw(Time now, Frame frame) {
  const auto lines = tty_layout(model_, now, size_(), style_, frame);
  if (lines.empty() && notices_.empty()) return {};
  std::string text(hide_cursor);
  text += '\r';
  if (drawn_lines_ > 0) text += format("\x1B[{}A", drawn_lines_);
  const auto add_line = [&text](const std::string& line) {
    // Erased first: behind a line that fills the terminal some erase its last column.
    text.append(erase_line).append(line) += '\n';
  };
  std::ranges::for_each(notices_, add_line);
  std::ranges::for_each(lines, add_line);
  text.append(erase_below).append(show_cursor);
  notices_.clear();
  drawn_lines_ = lines.size();
  return text;
}

std::string TtyView::take(Time now) {
  return draw(now, Frame::live);
}

std::string TtyView::finish(Time now) {
  return draw(now, Frame::final) + failure_blocks(model_);
}

} // namespace nixbuild::progress
