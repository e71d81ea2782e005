#pragma once

#include "nix/installable.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <string>

namespace nixbuild::pipeline {

// Where our own files that outlive a run are: $XDG_STATE_HOME/docker-nixbuild, else
// ~/.local/state/docker-nixbuild. Throws not_found when there is no home directory.
[[nodiscard]] std::filesystem::path state_directory(const Environment& environment);

// The link that keeps the last build of `installable` for `system` from Nix's garbage collector:
// one per project and attribute, so that a rebuild replaces it. Makes the folder that it is in.
[[nodiscard]] std::filesystem::path gc_root_link(const nix::Installable& installable,
                                                 const std::string& system,
                                                 const Environment& environment);

} // namespace nixbuild::pipeline
