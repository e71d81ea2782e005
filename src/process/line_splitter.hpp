#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nixbuild::process {

// Cuts a stream of bytes into lines without their line ends ("\n" or "\r\n"). A line that is
// longer than `longest` comes in pieces of at most that length, so a program that never ends a
// line cannot fill our memory.
class LineSplitter {
public:
  static constexpr std::size_t longest = std::size_t{1} << 20U;

  // Hands each line that `bytes` completes to `handler(std::string_view)`.
  template <class Handler>
  void feed(std::string_view bytes, const Handler& handler) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::size_t room = longest - pending_.size();
      const std::string_view piece = bytes.substr(0, std::min(end, room));
      pending_ += piece;
      bytes.remove_prefix(piece.size());
      if (!bytes.empty() && bytes.front() == '\n') {
        bytes.remove_prefix(1);
        emit_line(handler);
      } else if (pending_.size() == longest) {
        handler(std::string_view(pending_));
        pending_.clear();
        in_pieces_ = true;
      }
    }
  }

  // Hands on a last line that had no line end.
  template <class Handler>
  void finish(const Handler& handler) {
    if (!pending_.empty()) emit_line(handler);
  }

private:
  template <class Handler>
  void emit_line(const Handler& handler) {
    std::string_view line = pending_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    // The line end right after the last piece is no empty line of its own.
    if (!line.empty() || !in_pieces_) handler(line);
    pending_.clear();
    in_pieces_ = false;
  }

  std::string pending_;
  bool in_pieces_ = false;
};

} // namespace nixbuild::process
