#pragma once

#include "pipeline/build_here.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/inspection.hpp"
#include "pipeline/named_request.hpp"
#include "pipeline/prune.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <optional>
#include <vector>

namespace nixbuild::pipeline {

// Does all of `request` beside the engine of `connection`, through an agent that is started on its
// machine by ssh or in a builder container (pipeline/builder_choice.hpp): it is the Nix there that
// builds, and no image comes here. Where no agent runs, plain_build.hpp is the slow way, and the
// reason is told to world.reporter. Flakes of this machine are used where that one sees them too,
// else sent, what of them has changed. In the end the engine that `connection` leads to is asked
// whether it is the one that has the image now.
//
// Images are also handed to `deliver`, if there is one: their layers then come here as it reads
// them.
//
// Nothing when it is to be done here instead: request.builder says so, no command gets into that
// machine, or what is to be loaded is a file of this machine. Nothing, too, with the reason told,
// when there is no Nix there or the slow way is not enough, unless request.builder insists.
// Throws an Error as the agent does, and unavailable when the connection breaks; failed when
// another engine has the image.
[[nodiscard]] std::optional<BuildReport> build_remotely(const BuildRequest& request,
                                                        Connection& connection,
                                                        const Deliver& deliver, World& world,
                                                        const CancelToken& cancel);

// The same for the images of a group (pipeline/groups.hpp), by one agent; the reports are in their
// order. Only a single one can be handed to `deliver`.
[[nodiscard]] std::optional<std::vector<BuildReport>>
build_remotely(const std::vector<NamedRequest>& requests, Connection& connection,
               const Deliver& deliver, World& world, const CancelToken& cancel);

// The same for all that inspect() does with `request`, for which the slow way is never enough.
// Where no engine answers there, none is compared with ours.
[[nodiscard]] std::optional<Inspection> inspect_remotely(const BuildRequest& request,
                                                         Connection& connection, World& world,
                                                         const CancelToken& cancel);

struct PrunedMachine {
  std::string peer;
  Prunable prunable;
};

// prune_machine() on the machine of the engine, where that is another one that ssh gets into; else
// nothing, and nothing for want of Nix there.
[[nodiscard]] std::optional<PrunedMachine> prune_remotely(const PruneRequest& request,
                                                          Connection& connection, World& world,
                                                          const CancelToken& cancel);

} // namespace nixbuild::pipeline
