#pragma once

#include "nix/ignored_caches.hpp"
#include "nix/log_progress.hpp"
#include "process/command.hpp"
#include "progress/reporter.hpp"
#include "support/error.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::pipeline {

// What builder::plain_script() prints: Nix's log, which is shown as it comes, then the answer of
// the engine to the image.
class PlainOutput {
public:
  // `step` is Nix's; loading becomes another. `peer` names the machine.
  PlainOutput(progress::Reporter& reporter, progress::Step& step, std::string peer);

  // See nix/ignored_caches.hpp.
  void refuse_ignored_caches(const nix::Options& options) {
    nix::refuse_ignored_caches(log_, options);
  }

  void line(std::string_view line);

  [[nodiscard]] bool empty() const noexcept { return empty_; }
  [[nodiscard]] nix::Failure nix_failure() const { return log_.failure(); }
  [[nodiscard]] const std::string& answer() const noexcept { return answer_; }

  // The images that the engine says it loaded, by name or ID. Throws its refusal, and refused when
  // it says of none.
  [[nodiscard]] std::vector<std::string> loaded_images() const;

private:
  [[nodiscard]] std::vector<std::string> engine_lines() const;

  progress::Reporter& reporter_;
  nix::LogProgress log_;
  std::string peer_;
  std::unique_ptr<progress::Step> loading_;
  std::string answer_;
  bool answer_is_json_ = false;
  bool empty_ = true;
};

// Where an agent is missed.
inline constexpr std::string_view hint_for_agent =
    "Put the agent for that machine beside the plugin, or build here with --builder=host.";

// Docker there does not mean the engine that the context leads to.
[[nodiscard]] Error another_engine(const std::string& peer);

// Why the script ended with `status`, which is neither success nor plain_status::no_nix; `words`
// are the last of its stderr, `what` was to be built.
[[nodiscard]] Error plain_failure(const process::ExitStatus& status, const PlainOutput& output,
                                  const std::string& words, const std::string& what,
                                  const std::string& peer);

} // namespace nixbuild::pipeline
