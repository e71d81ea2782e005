#pragma once

#include "oci/platform.hpp"
#include "pipeline/artifact.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

struct PlatformArtifact {
  oci::Platform platform;
  Artifact artifact;
};

// build() for each of `platforms`, side by side. The first that fails stops the others, unless the
// request says to keep going; its Error says for which platform it is.
[[nodiscard]] std::vector<PlatformArtifact>
build_platforms(const BuildRequest& request, const std::vector<oci::Platform>& platforms,
                World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
