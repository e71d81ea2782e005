#pragma once

#include "hints/hook_call.hpp"
#include "hints/surroundings.hpp"

#include <optional>
#include <string>

namespace nixbuild::hints {

// The commands that we have something to say after, as config.json wants them.
[[nodiscard]] std::string hooked_commands();

// The template of the hint after `call`; nothing when there is nothing useful to say. It uses the
// functions of docker/cli cli-plugins/hooks/template.go by the names that all versions have.
[[nodiscard]] std::optional<std::string> hint_after(const HookCall& call,
                                                    const Surroundings& around);

} // namespace nixbuild::hints
