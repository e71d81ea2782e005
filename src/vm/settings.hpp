#pragma once

#include "vm/guest.hpp"

#include <string>

namespace nixbuild::vm {

// Our settings for a guest's Nix, in a file of their own that its configuration includes.
inline constexpr const char* settings_file = "/etc/nix/docker-nixbuild.conf";
// The line that includes it, relative to the file that it is in (nix.conf(5)).
inline constexpr const char* include_line = "!include docker-nixbuild.conf";

// What fits this guest: flakes, the sandbox, the systems that it emulates, room kept free on the
// disk; where there is a daemon, trust in the user.
[[nodiscard]] std::string settings_for(const Guest& guest);

// Whether the settings make the user as powerful as root.
[[nodiscard]] bool trusts_user(const Guest& guest);

} // namespace nixbuild::vm
