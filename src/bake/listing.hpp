#pragma once

#include "bake/resolve.hpp"

#include <string>

namespace nixbuild::bake {

// What --print shows: a JSON object {"group": …, "target": …} that is a definition itself.
[[nodiscard]] std::string printed(const Selection& selection);

// What --list=targets shows: a table of the targets and groups with their descriptions.
[[nodiscard]] std::string listed(const Definition& definition);

} // namespace nixbuild::bake
