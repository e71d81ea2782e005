#pragma once

#include <optional>
#include <string_view>

namespace nixbuild::progress {

struct TerminalSize {
  int columns = 80;
  int lines = 24;
};

// A stream of text that people or programs read: standard output or standard error.
class Output {
public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  // Throws an Error of kind io or no_space.
  virtual void write(std::string_view text) = 0;
  // How large the terminal behind it is now; nothing when there is no terminal.
  [[nodiscard]] virtual std::optional<TerminalSize> terminal_size() const { return std::nullopt; }
};

} // namespace nixbuild::progress
