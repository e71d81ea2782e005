#pragma once

#include "plugin/command.hpp"

#include <string>
#include <string_view>

namespace nixbuild::plugin {

// The texts of --help, in buildx's form. `program` is what people type to get us.
[[nodiscard]] std::string overview(std::string_view program);
[[nodiscard]] std::string help_of(const Command& command, std::string_view program);

// "Usage:  docker nixbuild build [OPTIONS] [INSTALLABLE]"
[[nodiscard]] std::string usage_line(const Command& command, std::string_view program);

// "-t, --tag NAME", "    --dry-run": an option and its values as --help lists them.
[[nodiscard]] std::string option_syntax(const Option& option);

} // namespace nixbuild::plugin
