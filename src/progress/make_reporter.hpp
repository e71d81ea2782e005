#pragma once

#include "progress/mode.hpp"
#include "progress/output.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"

#include <memory>

namespace nixbuild::progress {

// What the display is headed by.
enum class Activity { building, loading };

struct ReporterOptions {
  Mode mode = Mode::automatic; // as asked for; see choose_mode
  std::string target;          // what is built for: "docker:default"
  bool debug = false;          // show notices of level debug
  Activity activity = Activity::building;
};

// A reporter that shows progress on `output`, which must live longer. Its destructor writes the
// end of the display. Honours NO_COLOR, BUILDKIT_COLORS, BUILDKIT_TTY_LOG_LINES and
// TTY_DISPLAY_RATE (milliseconds). Throws as choose_mode does.
[[nodiscard]] std::unique_ptr<Reporter> make_reporter(const ReporterOptions& options,
                                                      Output& output,
                                                      const Environment& environment,
                                                      CancelToken cancel);

} // namespace nixbuild::progress
