#pragma once

#include "builder/way.hpp"
#include "engine/engine.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/remote_job.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

namespace nixbuild::pipeline {

// Builds on `machine`, which can be entered and runs no agent, by one shell script
// (builder/plain_script.hpp) that hands the whole result to the engine, which `engine` must lead
// to, too. A flake of this machine is sent whole. UnableToBuild for a request that only an agent
// can fulfil, and when there is no Nix there. Throws an Error as building and loading here do;
// unavailable when the connection breaks.
[[nodiscard]] RemoteResult build_plainly(const BuildRequest& request, const builder::Way& machine,
                                         engine::Engine& engine, World& world,
                                         const CancelToken& cancel);

} // namespace nixbuild::pipeline
