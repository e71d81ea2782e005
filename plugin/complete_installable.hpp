#pragma once

#include "plugin/completion.hpp"
#include "plugin/world.hpp"

#include <string>

namespace nixbuild::plugin {

// Completes an installable: folders, and behind "#" the attributes of a flake for the platform of
// the engine (or of this machine where asking the engine may take long). Throws an Error.
[[nodiscard]] Completion complete_installable(const std::string& word, World& world);

} // namespace nixbuild::plugin
