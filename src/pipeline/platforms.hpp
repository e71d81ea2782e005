#pragma once

#include "oci/platform.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

// What `request` is to be built for, at least one: the platforms that it names, all that the flake
// offers, or else `otherwise`. Throws an Error as nix::Nix::offered_systems does.
[[nodiscard]] std::vector<oci::Platform> platforms_of(const BuildRequest& request,
                                                      const oci::Platform& otherwise, World& world,
                                                      const CancelToken& cancel);

// Which of `platforms` an engine for `wanted` runs, the one that suits it best; nothing when none.
[[nodiscard]] std::optional<oci::Platform>
best_platform(const std::vector<oci::Platform>& platforms, const oci::Platform& wanted);

// "linux/amd64, linux/arm64"
[[nodiscard]] std::string listed(const std::vector<oci::Platform>& platforms);

} // namespace nixbuild::pipeline
