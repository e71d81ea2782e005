#pragma once

#include "image/image_set.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/named_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <functional>
#include <vector>

namespace nixbuild::pipeline {

// Brings the images of a build, one for each platform, to where they are wanted beside the engine
// that they were loaded into, and tells so in the report. May be called twice, when the first time
// ends with an Error of kind corrupt.
using Deliver = std::function<void(const image::ImageSet&, BuildReport&)>;

// Builds on this machine what `request` asks for, loads it into the engine of `connection` where
// that is one of its outputs, and calls `deliver`, if there is one, with the images. The engine is
// not needed for anything else. Throws an Error.
[[nodiscard]] BuildReport build_here(const BuildRequest& request, Connection& connection,
                                     const Deliver& deliver, World& world,
                                     const CancelToken& cancel);

// The same for several, which are a group (pipeline/groups.hpp): built together, loaded side by
// side. The reports are in their order; an Error says whose it is.
[[nodiscard]] std::vector<BuildReport> build_here(const std::vector<NamedRequest>& requests,
                                                  Connection& connection, World& world,
                                                  const CancelToken& cancel);

} // namespace nixbuild::pipeline
