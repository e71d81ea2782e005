#pragma once

#include "support/environment.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace nixbuild::progress {

// How progress is shown. quiet and none show nothing; they differ only for whoever prints results.
enum class Mode { automatic, plain, tty, rawjson, quiet, none };

// "auto", "plain", "tty", "rawjson", "quiet" or "none"; else the error "invalid progress mode X".
[[nodiscard]] std::expected<Mode, std::string> parse_mode(std::string_view text);

// What `asked` comes to: automatic yields to NIXBUILD_PROGRESS, then BUILDKIT_PROGRESS, then
// becomes tty on a terminal that can move its cursor and plain elsewhere. Never automatic. Throws
// an Error of kind invalid_input for a variable that names no mode, and for tty off a terminal.
[[nodiscard]] Mode choose_mode(Mode asked, const Environment& environment, bool is_terminal);

} // namespace nixbuild::progress
