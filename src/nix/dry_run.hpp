#pragma once

#include "nix/nix.hpp"

namespace nixbuild::nix {

// Reads what `nix-store --realise --dry-run` prints on stderr.
[[nodiscard]] DryRun parse_dry_run(std::string_view text);

} // namespace nixbuild::nix
