#pragma once

#include "process/command.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nixbuild::source {

// A question to git about the work tree `root`, which changes nothing in it. The file-system
// monitor is a program that the repository itself may name, so it is not started.
[[nodiscard]] inline process::Command git_command(const std::filesystem::path& root,
                                                  const std::vector<std::string>& words) {
  process::Command command{
      .argv = {"git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", root.string()},
      .directory = {},
      .environment = {}};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  return command;
}

} // namespace nixbuild::source
