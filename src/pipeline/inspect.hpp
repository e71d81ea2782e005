#pragma once

#include "pipeline/build_request.hpp"
#include "pipeline/inspection.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

namespace nixbuild::pipeline {

// Builds what `request` asks for, where run() would, and asks the engine what of it it has; loads
// nothing. Where no engine answers, the build is for request.platforms, else for Linux on this
// machine's architecture, and is done here unless request.builder insists on another place. Throws
// an Error as build(), open_images() and inspect_remotely() do.
[[nodiscard]] Inspection inspect(const BuildRequest& request, World& world,
                                 const CancelToken& cancel);

} // namespace nixbuild::pipeline
