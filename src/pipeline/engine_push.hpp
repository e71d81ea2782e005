#pragma once

#include "image/image_set.hpp"
#include "oci/reference.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

// Has the engine that is meant push `images`, which were loaded there as `names`, with the
// credentials of this machine. Throws an Error as engine::Engine::push_image does.
[[nodiscard]] BuildReport push_from_engine(const image::ImageSet& images,
                                           const std::vector<oci::Reference>& names,
                                           const BuildRequest& request, World& world,
                                           const CancelToken& cancel);

} // namespace nixbuild::pipeline
