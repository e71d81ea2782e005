#pragma once

#include "support/environment.hpp"

#include <filesystem>

namespace nixbuild::nix {

// The `nix` program: of PATH, or of the profiles that Nix's installers make but a shell without a
// login does not have in its PATH (ssh, a service, a GUI). Throws an Error of kind not_found.
[[nodiscard]] std::filesystem::path find_nix(const Environment& environment);

// The nix-store of the same installation.
[[nodiscard]] std::filesystem::path nix_store_beside(const std::filesystem::path& nix);

} // namespace nixbuild::nix
