#pragma once

#include "plugin/parsed_options.hpp"

#include <string_view>

namespace nixbuild::plugin {

// How a command prints what it found.
enum class Form { people, json };

// --format of `command`. Throws an Error of kind invalid_input for another one than json.
[[nodiscard]] Form form_of(const ParsedOptions& options, std::string_view command);

} // namespace nixbuild::plugin
