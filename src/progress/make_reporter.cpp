#include "progress/make_reporter.hpp"

#include "progress/live_reporter.hpp"
#include "progress/plain_view.hpp"
#include "progress/quiet_view.hpp"
#include "progress/rawjson_view.hpp"
#include "progress/tty_view.hpp"
#include "support/format.hpp"

#include <charconv>
#include <utility>

namespace nixbuild::progress {

namespace {

// The variable as a number from 1 to `most`, else `otherwise`.
int number_from(const Environment& environment, std::string_view variable, int most,
                int otherwise) {
  const std::string text = environment.get(variable).value_or("");
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 1 && value <= most ? value : otherwise;
}

std::string plain_heading(const ReporterOptions& options) {
  if (options.target.empty()) return {};
  const bool loading = options.activity == Activity::loading;
  return format("{} {}", loading ? "loading into" : "building with Nix for", options.target);
}

std::unique_ptr<View> tty_view(const ReporterOptions& options, Output& output,
                               const Environment& environment) {
  TtyStyle style{.title = options.activity == Activity::loading ? "Loading" : "Building",
                 .target = options.target,
                 .colors = colors_of(environment),
                 .log_lines = static_cast<std::size_t>(
                     number_from(environment, "BUILDKIT_TTY_LOG_LINES", 1000, 6))};
  const std::chrono::milliseconds interval(
      number_from(environment, "TTY_DISPLAY_RATE", 60'000, 150));
  return std::make_unique<TtyView>(std::move(style), interval, options.debug, [&output] {
    return output.terminal_size().value_or(TerminalSize());
  });
}

} // namespace

std::unique_ptr<Reporter> make_reporter(const ReporterOptions& options, Output& output,
                                        const Environment& environment, CancelToken cancel) {
  const bool is_terminal = output.terminal_size().has_value();
  std::unique_ptr<View> view;
  switch (choose_mode(options.mode, environment, is_terminal)) {
  case Mode::tty:
    view = tty_view(options, output, environment);
    break;
  case Mode::rawjson:
    view = std::make_unique<RawJsonView>(options.debug);
    break;
  case Mode::quiet:
  case Mode::none:
    view = std::make_unique<QuietView>();
    break;
  default:
    view = std::make_unique<PlainView>(plain_heading(options), options.debug);
  }
  return std::make_unique<LiveReporter>(std::move(view), output, std::move(cancel));
}

} // namespace nixbuild::progress
