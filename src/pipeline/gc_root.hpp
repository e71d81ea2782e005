#pragma once

#include "nix/installable.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <string>

namespace nixbuild::pipeline {

// The link that keeps the last build of `installable` for `system` from Nix's garbage collector:
// one per project and attribute, so that a rebuild replaces it. Makes the folder that it is in.
[[nodiscard]] std::filesystem::path gc_root_link(const nix::Installable& installable,
                                                 const std::string& system,
                                                 const Environment& environment);

} // namespace nixbuild::pipeline
