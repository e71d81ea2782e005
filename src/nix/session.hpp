#pragma once

#include "nix/errors.hpp"
#include "nix/flags.hpp"
#include "nix/log_progress.hpp"
#include "nix/options.hpp"
#include "process/runner.hpp"
#include "progress/reporter.hpp"
#include "support/environment.hpp"

#include <expected>
#include <filesystem>
#include <string>

namespace nixbuild::nix {

// What every command of one call needs.
struct Session {
  process::Runner& runner;
  const std::filesystem::path& nix; // the program; nix-store is beside it
  const Options& options;
  progress::Reporter& reporter;
  const CancelToken& cancel;
  const Environment& environment;

  [[nodiscard]] std::string nix_store() const;
};

// Runs a command that logs with internal-json to `log`; gives what it printed on stdout, or why it
// failed. Throws an Error of kind cancelled, or corrupt when it prints without end.
[[nodiscard]] std::expected<std::string, Failure>
run_logged(const Session& session, const Arguments& argv, LogProgress& log);

// The same for `nix eval --json --apply EXPRESSION TARGET…`.
[[nodiscard]] std::expected<std::string, Failure> evaluate_json(const Session& session,
                                                                const std::string& expression,
                                                                const Arguments& target,
                                                                LogProgress& log);

} // namespace nixbuild::nix
