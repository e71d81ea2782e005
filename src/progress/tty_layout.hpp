#pragma once

#include "progress/colors.hpp"
#include "progress/model.hpp"
#include "progress/output.hpp"

#include <string>
#include <vector>

namespace nixbuild::progress {

struct TtyStyle {
  std::string title = "Building"; // what is done, in the first line
  std::string target;             // at its right: "docker:default"
  Colors colors;
  std::size_t log_lines = 6; // of each running step
};

enum class Frame {
  live,  // fits into the terminal: what is under way goes before what is done
  final, // shows every step and item, and no logs
};

// BuildKit's tty form as lines of at most `size.columns` columns (colors not counted). Nothing
// before the first step.
[[nodiscard]] std::vector<std::string> tty_layout(const Model& model, Time now, TerminalSize size,
                                                  const TtyStyle& style, Frame frame);

} // namespace nixbuild::progress
