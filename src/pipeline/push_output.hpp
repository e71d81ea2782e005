#pragma once

#include "image/image_set.hpp"
#include "oci/reference.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/output.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

// Pushes `images` to the registries of `names`, as the user of this machine's docker CLI. Throws an
// Error as sink::push does.
[[nodiscard]] PushedImage push_output(const image::ImageSet& images,
                                      const std::vector<oci::Reference>& names,
                                      const PushOutput& output, const BuildRequest& request,
                                      World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
