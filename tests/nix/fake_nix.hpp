#pragma once

#include "fakes/fake_runner.hpp"
#include "fakes/recording_reporter.hpp"
#include "nix/nix.hpp"
#include "support/files.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::nix {

// A Nix of which only the command lines are real.
struct FakeNix {
  TempDir folder;
  std::filesystem::path program = folder.path() / "bin/nix";
  fakes::FakeRunner runner;
  fakes::RecordingReporter reporter;
  std::optional<Nix> nix;

  FakeNix() {
    std::filesystem::create_directory(program.parent_path());
    write_file_atomically(program, "");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    nix.emplace(runner, Environment({{"PATH", program.parent_path().string()}}));
  }

  // What is evaluated for the installable as typed, on an x86_64 engine.
  Evaluation evaluate(std::string_view text, const Options& options = {},
                      const std::string& system = "x86_64-linux") {
    return nix->evaluate(parse_installable(text, options), system, options, reporter, {});
  }

  // The last words of each command: what was evaluated or asked.
  [[nodiscard]] std::vector<std::string> targets() const {
    std::vector<std::string> list;
    for (const process::Command& command : runner.started)
      list.push_back(command.argv.back());
    return list;
  }
  // The word after `flag` in the last command.
  [[nodiscard]] std::string after(const std::string& flag) const {
    const std::vector<std::string>& argv = runner.started.back().argv;
    const auto found = std::ranges::find(argv, flag);
    return found == argv.end() || found + 1 == argv.end() ? "" : *(found + 1);
  }
};

} // namespace nixbuild::nix
