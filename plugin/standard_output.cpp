#include "plugin/standard_output.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <span>

#include <sys/ioctl.h>
#include <unistd.h>

namespace nixbuild::plugin {

void StandardOutput::write(std::string_view text) {
  with_frame(format("writing to {}", name_),
             [&] { write_all(fd_, std::as_bytes(std::span(text.data(), text.size()))); });
}

std::optional<progress::TerminalSize> StandardOutput::terminal_size() const {
  if (::isatty(fd_) == 0) return std::nullopt;
  winsize size{};
  progress::TerminalSize result;
  if (::ioctl(fd_, TIOCGWINSZ, &size) != 0) return result;
  // Terminals of programs often have no size at all.
  if (size.ws_col > 0) result.columns = size.ws_col;
  if (size.ws_row > 0) result.lines = size.ws_row;
  return result;
}

void StandardOutput::restore_terminal() const noexcept {
  constexpr std::string_view show_cursor = "\x1B[?25h";
  if (::isatty(fd_) == 1) (void)!::write(fd_, show_cursor.data(), show_cursor.size());
}

} // namespace nixbuild::plugin
