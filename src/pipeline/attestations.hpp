#pragma once

#include "image/image_set.hpp"
#include "pipeline/build_platforms.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

// What `request` wants to be attached to `image`, which was opened from `built`: its SBOM, its
// provenance, or nothing. An archive does not say which store paths are in it: that it gets no SBOM
// is told to world.reporter.
[[nodiscard]] std::vector<image::Attestation>
attestations_of(const PlatformArtifact& built, const image::Image& image,
                const BuildRequest& request, World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
