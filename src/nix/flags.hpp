#pragma once

#include "nix/options.hpp"

#include <string>
#include <vector>

namespace nixbuild::nix {

using Arguments = std::vector<std::string>;

// What each of our calls of `nix` needs, whatever the user's nix.conf says.
[[nodiscard]] Arguments experimental_features();

// The user's options that `nix eval` gets, but for secret_settings.hpp's. Those for builds are
// among them, because an evaluation may build (import from derivation).
[[nodiscard]] Arguments evaluation_flags(const Options& options);

// The same for `nix-store --realise`. It builds several derivations at a time
// unless the user said how many: Nix's own default is one.
[[nodiscard]] Arguments realisation_flags(const Options& options);

} // namespace nixbuild::nix
