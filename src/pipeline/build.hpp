#pragma once

#include "nix/nix.hpp"
#include "oci/platform.hpp"
#include "pipeline/artifact.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/named_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

// What `request` builds for `platform`: evaluated once, realised by its derivation, kept from the
// garbage collector. Of an image of dockerTools that is its conf.json, which is all that a load
// needs: the archive is never made. Throws an Error as nix::Nix does.
[[nodiscard]] Artifact build(const BuildRequest& request, const oci::Platform& platform,
                             World& world, const CancelToken& cancel);

// The same for several images of one flake, with the same options of Nix, by one evaluation and one
// run of builds. The first that fails stops the others; its Error says which one it is.
[[nodiscard]] std::vector<Artifact> build_together(const std::vector<NamedRequest>& requests,
                                                   const oci::Platform& platform, World& world,
                                                   const CancelToken& cancel);

// What build() would do, found out without building.
[[nodiscard]] BuildPlan plan_build(const BuildRequest& request, const oci::Platform& platform,
                                   World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
