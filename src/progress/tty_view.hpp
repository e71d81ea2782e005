#pragma once

#include "progress/tty_layout.hpp"
#include "progress/view.hpp"

#include <functional>

namespace nixbuild::progress {

// The live display of a terminal, drawn anew over its former self. The cursor is hidden only while
// a frame is written, so that it is back whenever and however we end.
class TtyView final : public View {
public:
  // `size` is asked before each frame. Notices of level debug are shown only with `debug`.
  TtyView(TtyStyle style, std::chrono::milliseconds interval, bool debug,
          std::function<TerminalSize()> size);

  void apply(const Event& event) override;
  [[nodiscard]] std::string take(Time now) override;
  [[nodiscard]] std::string finish(Time now) override;
  [[nodiscard]] std::optional<std::chrono::milliseconds> interval() const override {
    return interval_;
  }
  [[nodiscard]] bool immediate() const override { return false; }

private:
  [[nodiscard]] std::string draw(Time now, Frame frame);

  TtyStyle style_;
  std::chrono::milliseconds interval_;
  bool debug_;
  std::function<TerminalSize()> size_;
  Model model_;
  std::vector<std::string> notices_; // to be written above the next frame
  std::size_t drawn_lines_ = 0;
};

} // namespace nixbuild::progress
