#pragma once

#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

namespace nixbuild::pipeline {

// run() for a request that has platforms built by other contexts' machines (BuildRequest::nodes):
// all side by side. The images are brought together here, and from here to all outputs. The first
// part that fails stops the others; its Error names its context.
[[nodiscard]] BuildReport run_on_nodes(const BuildRequest& request, World& world,
                                       const CancelToken& cancel);

} // namespace nixbuild::pipeline
