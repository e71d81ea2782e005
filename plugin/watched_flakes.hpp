#pragma once

#include "pipeline/build_request.hpp"
#include "source/local_flake.hpp"

#include <vector>

namespace nixbuild::plugin {

// The flakes on this machine that `request` is built from: its installable's, and those that take
// the place of an input. None for what is elsewhere, of another revision than the work tree's, or
// is built already. (What is locked in flake.lock changes with that file.) What an expression
// reads is not known: of --file it is the work tree or the folder that the file is in. Throws an
// Error as nix::parse_installable() and source::local_flake() do.
[[nodiscard]] std::vector<source::LocalFlake> watched_flakes(const pipeline::BuildRequest& request);

} // namespace nixbuild::plugin
