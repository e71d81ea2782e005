#pragma once

#include "oci/platform.hpp"
#include "pipeline/artifact.hpp"
#include "pipeline/named_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

struct PlatformArtifact {
  oci::Platform platform;
  Artifact artifact;
};

// A request, and the platforms that it is for: at least one.
struct PlatformsRequest {
  NamedRequest named;
  std::vector<oci::Platform> platforms;
};

// build(), or where several want a platform build_together(), for each of the platforms, side by
// side; gives what came of each of `requests`, in the order of its platforms. The first that fails
// stops the others, unless the request says to keep going; its Error says for which platform it is.
[[nodiscard]] std::vector<std::vector<PlatformArtifact>>
build_platforms(const std::vector<PlatformsRequest>& requests, World& world,
                const CancelToken& cancel);

} // namespace nixbuild::pipeline
