#pragma once

#include "nix/nix.hpp"
#include "oci/platform.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <filesystem>

namespace nixbuild::pipeline {

// The file that `request` builds for `platform`: evaluated once, realised by its derivation, kept
// from the garbage collector. Throws an Error as nix::Nix does.
[[nodiscard]] std::filesystem::path build(const BuildRequest& request,
                                          const oci::Platform& platform, World& world,
                                          const CancelToken& cancel);

// What build() would do, found out without building.
[[nodiscard]] BuildPlan plan_build(const BuildRequest& request, const oci::Platform& platform,
                                   World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
