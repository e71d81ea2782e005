#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nixbuild::nix {

// The lines that Nix writes on stderr with `--log-format internal-json`: "@nix ", then an object
// (Nix: src/libutil/logging.hh; the same in 2.8 to 2.34 but for "parent", which 2.8 leaves out).

// Activity types that mean something to us.
enum class Activity : std::uint64_t {
  copy_path = 100,     // path, from, to; progress in bytes
  file_transfer = 101, // URL; progress in bytes
  builds = 104,        // progress: builds done, expected, running, failed
  build = 105,         // derivation, machine (empty: this one), 1, 1
  fetch_tree = 112,
};

// Result types that mean something to us.
enum class Result : std::uint64_t {
  build_log_line = 101,
  set_phase = 104,
  progress = 105, // done, expected, running, failed
  post_build_log_line = 107,
};

enum class Verbosity : std::uint64_t {
  error = 0,
  warning = 1,
  notice = 2,
  info = 3,
  talkative = 4
};

using Field = std::variant<std::uint64_t, std::string>;

struct ActivityStarted {
  std::uint64_t id = 0;
  std::uint64_t parent = 0; // 0: none
  std::uint64_t type = 0;   // an Activity, or one that we do not know
  std::uint64_t level = 0;  // a Verbosity
  std::string text;
  std::vector<Field> fields;
};
struct ActivityStopped {
  std::uint64_t id = 0;
};
struct ActivityResult {
  std::uint64_t id = 0;
  std::uint64_t type = 0; // a Result, or one that we do not know
  std::vector<Field> fields;
};
// May have several lines and terminal colours.
struct LogMessage {
  std::uint64_t level = 0; // a Verbosity
  std::string text;
};
// A line that is not Nix's, or not what we expect of it.
struct PlainLine {
  std::string text;
};

using LogEvent =
    std::variant<ActivityStarted, ActivityStopped, ActivityResult, LogMessage, PlainLine>;

// Never fails: what cannot be understood is a PlainLine.
[[nodiscard]] LogEvent parse_log_line(std::string_view line);

} // namespace nixbuild::nix
