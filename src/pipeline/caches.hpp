#pragma once

#include "nix/options.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"

namespace nixbuild::pipeline {

// `request` with its caches as what Nix and its machine need: addresses without logins, keys, and
// who to be there; Cachix is asked about its caches. Throws an Error: invalid_input for a cache
// that cannot be read from, or what Cachix answers.
[[nodiscard]] BuildRequest with_caches(BuildRequest request, World& world,
                                       const CancelToken& cancel);

// Adds what the user's own Nix here uses, to a build elsewhere: substituters that another machine
// can reach, keys, and the logins for them and for the caches of `options`.
void carry_own_caches(nix::Options& options, const Environment& environment);

} // namespace nixbuild::pipeline
