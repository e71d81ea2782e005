#pragma once

#include "nix/nix.hpp"
#include "oci/platform.hpp"
#include "pipeline/artifact.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

namespace nixbuild::pipeline {

// What `request` builds for `platform`: evaluated once, realised by its derivation, kept from the
// garbage collector. Of an image of dockerTools that is its conf.json, which is all that a load
// needs: the archive is never made. Throws an Error as nix::Nix does.
[[nodiscard]] Artifact build(const BuildRequest& request, const oci::Platform& platform,
                             World& world, const CancelToken& cancel);

// What build() would do, found out without building.
[[nodiscard]] BuildPlan plan_build(const BuildRequest& request, const oci::Platform& platform,
                                   World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
