#pragma once

#include <string>
#include <string_view>

namespace nixbuild::compose {

// What a provider says to Compose on its standard output, one JSON object a line (docker/compose
// docs/extension.md). Only the types that every Compose with providers takes: "debug" and
// "rawsetenv" stop older ones, and "setenv" makes dependents be created anew at every `up`.

// Shown as the progress of the service; Compose shows the first line.
[[nodiscard]] std::string info_message(std::string_view text);
// Ends the `up`, with this text.
[[nodiscard]] std::string error_message(std::string_view text);

} // namespace nixbuild::compose
