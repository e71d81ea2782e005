#pragma once

#include "nix/errors.hpp"
#include "nix/internal_json.hpp"
#include "progress/reporter.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace nixbuild::nix {

// Shows what one command of Nix logs: each build becomes a step with its log lines, downloads
// become items of one step (`downloads`), and everything else is logged by `step`, the command's
// own. Keeps what an error message needs, since with internal-json Nix does not repeat the log of a
// failed build.
class LogProgress {
public:
  LogProgress(progress::Reporter& reporter, progress::Step& step, std::string downloads = "fetch");
  LogProgress(const LogProgress&) = delete;
  LogProgress& operator=(const LogProgress&) = delete;
  ~LogProgress();

  // One line of the command's stderr.
  void line(std::string_view line);

  // Who is told of each warning, and may throw what ends the command.
  void on_warning(std::function<void(std::string_view)> told) { told_ = std::move(told); }

  // Before another command for the same step: what the one before said is no failure of this one.
  void forget_failure();

  // Whether something was built or fetched.
  [[nodiscard]] bool did_something() const noexcept { return did_something_; }

  // What the command said went wrong.
  [[nodiscard]] Failure failure() const;

private:
  struct Build {
    std::string derivation;
    std::string phase;
    std::deque<std::string> tail; // its last log lines
    std::unique_ptr<progress::Step> step;
  };
  // How a build ended, as the last change of the counts tells.
  enum class BuildEnd { unknown, done, failed };
  struct Transfer {
    std::string item;
    std::uint64_t done = 0;
    std::uint64_t expected = 0;
  };

  void on(const ActivityStarted& started);
  void on(const ActivityStopped& stopped);
  void on(const ActivityResult& result);
  void on(const LogMessage& message);
  void on(const PlainLine& plain);

  void start_build(const ActivityStarted& started);
  void log_of_build(Build& build, std::string_view line);
  void finish_build(Build build);
  void start_transfer(const ActivityStarted& started);
  void advance(Transfer& transfer, const ActivityResult& result);
  void note_builds_progress(const ActivityResult& result);
  void warn(std::string_view text);

  progress::Reporter& reporter_;
  progress::Step& step_;
  const std::string downloads_;
  std::unique_ptr<progress::Step> fetch_step_;
  std::map<std::uint64_t, Build> builds_;
  std::map<std::uint64_t, Transfer> transfers_;
  std::deque<FinishedBuild> finished_; // the last ones, to be found again by an error
  std::deque<std::string> plain_tail_;
  std::string errors_;
  std::string remarks_;
  std::set<std::string> warnings_;    // given already
  std::uint64_t builds_activity_ = 0; // the one that counts builds
  std::uint64_t builds_done_ = 0;     // as it counts them
  std::uint64_t builds_failed_ = 0;
  BuildEnd next_end_ = BuildEnd::unknown;
  bool did_something_ = false;
  std::function<void(std::string_view)> told_;
};

} // namespace nixbuild::nix
