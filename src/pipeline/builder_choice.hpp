#pragma once

#include "builder/builder_store.hpp"
#include "builder/way.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <optional>
#include <string>

namespace nixbuild::pipeline {

// Where a request is built.
struct ChosenBuilder {
  builder::Driver driver = builder::Driver::host; // not automatic
  bool insisted = false;                          // on this one: fail rather than build here
  std::optional<builder::Way> ssh;                // for Driver::ssh
  std::string name = builder::unnamed_builder;    // for Driver::container, as are its options
  builder::ContainerOptions container;
  std::string announcement; // for the user when it is used: what nobody has asked for
};

// What the request names, else the current builder of the endpoint, else what fits the engine:
// machines that ssh gets into build themselves; for a plain local engine it is done here; and for
// every other engine in its builder container if there is one, else here if the Nix of this machine
// can build for it, else in a container that is to be created. Throws an Error: not_found for a
// name that is none, invalid_input for a builder of another engine, or ssh where there is none.
[[nodiscard]] ChosenBuilder choose_builder(const BuildRequest& request, Connection& connection,
                                           World& world, const CancelToken& cancel);

// The way to the chosen builder, which is not the host; a container is made to run. Throws an Error
// as builder::run_builder_container does.
[[nodiscard]] builder::Way open_way(const ChosenBuilder& chosen, Connection& connection,
                                    World& world, const CancelToken& cancel);

// `options` with the engine's socket named, where the endpoint tells it: for engines of this
// machine, which may have another than the usual one.
[[nodiscard]] builder::ContainerOptions with_socket(builder::ContainerOptions options,
                                                    const context::Endpoint& endpoint,
                                                    const Environment& environment);

} // namespace nixbuild::pipeline
