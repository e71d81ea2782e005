#include "progress/mode.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::progress {

std::expected<Mode, std::string> parse_mode(std::string_view text) {
  if (text == "auto") return Mode::automatic;
  if (text == "plain") return Mode::plain;
  if (text == "tty") return Mode::tty;
  if (text == "rawjson") return Mode::rawjson;
  if (text == "quiet") return Mode::quiet;
  if (text == "none") return Mode::none;
  return std::unexpected(format("invalid progress mode {}", text));
}

namespace {

Mode mode_of_environment(const Environment& environment) {
  for (const std::string_view variable : {"NIXBUILD_PROGRESS", "BUILDKIT_PROGRESS"}) {
    const auto value = environment.get(variable);
    if (!value) continue;
    const auto mode = parse_mode(*value);
    if (!mode)
      throw Error(ErrorKind::invalid_input, format("{} (from {})", mode.error(), variable));
    return *mode;
  }
  return Mode::automatic;
}

} // namespace

Mode choose_mode(Mode asked, const Environment& environment, bool is_terminal) {
  Mode mode = asked == Mode::automatic ? mode_of_environment(environment) : asked;
  if (mode == Mode::automatic) {
    const bool dumb = environment.get("TERM") == "dumb";
    mode = is_terminal && !dumb ? Mode::tty : Mode::plain;
  }
  if (mode == Mode::tty && !is_terminal)
    throw Error(ErrorKind::invalid_input, "progress mode tty needs a terminal on standard error")
        .with_hint("use --progress=plain, or leave the choice to --progress=auto");
  return mode;
}

} // namespace nixbuild::progress
