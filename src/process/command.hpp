#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::process {

// A program to start. Arguments are passed as they are: there is never a shell between.
struct Command {
  // argv[0] is looked up in PATH unless it holds a slash.
  std::vector<std::string> argv;
  // Working directory; ours when absent.
  std::optional<std::filesystem::path> directory;
  // Changes to our environment; a variable without value is removed.
  std::map<std::string, std::optional<std::string>> environment;
};

// The command as one line that a person can paste into a shell.
[[nodiscard]] std::string to_string(const Command& command);

struct ExitStatus {
  int code = 0;              // exit status; meaningless when a signal ended the program
  std::optional<int> signal; // the signal that ended it
  [[nodiscard]] bool success() const noexcept { return !signal && code == 0; }
};

} // namespace nixbuild::process
