#pragma once

#include "progress/output.hpp"

namespace nixbuild::plugin {

// A standard stream of this process.
class StandardOutput final : public progress::Output {
public:
  // `fd` stays the caller's; `name` is for errors: "standard output".
  StandardOutput(int fd, const char* name) : fd_(fd), name_(name) {}

  void write(std::string_view text) override;
  [[nodiscard]] std::optional<progress::TerminalSize> terminal_size() const override;

  // Makes the cursor of a terminal visible, from wherever it was left.
  void restore_terminal() const noexcept;

private:
  int fd_;
  const char* name_;
};

} // namespace nixbuild::plugin
