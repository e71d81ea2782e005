#pragma once

#include "pipeline/build_here.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

namespace nixbuild::pipeline {

// What brings images to all outputs of `request` but the engine beside which it is built: other
// engines, registries, files of this machine. Nothing when there are none. What is handed over must
// live longer than what is returned.
[[nodiscard]] Deliver deliver_outputs(const BuildRequest& request, World& world,
                                      const CancelToken& cancel);

// Brings images, which were loaded nowhere yet, to all outputs of `request`.
void deliver_all(const image::ImageSet& images, const BuildRequest& request, World& world,
                 BuildReport& report, const CancelToken& cancel);

} // namespace nixbuild::pipeline
