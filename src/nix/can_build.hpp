#pragma once

#include "process/runner.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"

#include <string>
#include <string_view>

namespace nixbuild::nix {

// Whether the Nix of this machine says that it can build for `system` ("aarch64-linux"): itself, or
// on one of the machines that it is configured with. False, too, when there is no Nix here or its
// configuration cannot be read.
[[nodiscard]] bool can_build(const std::string& system, process::Runner& runner,
                             const Environment& environment, const CancelToken& cancel);

// The same of the text of `nix config show`: lines "NAME = VALUE".
[[nodiscard]] bool settings_allow(std::string_view settings, const std::string& system);

// Whether one of the builders in `machines` is for `system`. They are separated by newlines or
// semicolons, and each has fields separated by blanks: URI, systems separated by commas, … (Nix
// manual, "Remote Builds").
[[nodiscard]] bool machines_allow(std::string_view machines, const std::string& system);

} // namespace nixbuild::nix
