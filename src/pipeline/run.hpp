#pragma once

#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

namespace nixbuild::pipeline {

// The whole tool: from what the user asked for to an image in the engine. Throws an Error.
[[nodiscard]] BuildReport run(const BuildRequest& request, World& world, const CancelToken& cancel);

// The same for a request whose caches are settled (with_caches()).
[[nodiscard]] BuildReport run_settled(const BuildRequest& request, World& world,
                                      const CancelToken& cancel);

} // namespace nixbuild::pipeline
