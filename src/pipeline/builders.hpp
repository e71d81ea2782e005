#pragma once

#include "builder/builder_store.hpp"
#include "context/global_flags.hpp"
#include "engine/engine.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"
#include "support/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

// A builder and how it is doing. The container that is made where nobody created a builder is one,
// too, called builder::unnamed_builder.
struct BuilderState {
  builder::NamedBuilder builder;
  // Of a container what the engine calls it ("running", "exited", …), or "absent"; of another one
  // "ready"; "unreachable" when its engine does not answer.
  std::string status;
  std::optional<engine::Facts> engine;
  std::optional<Error> error; // why it is unreachable
  std::string nix_version;    // of one that was inspected, where it is told at once
};

// All that the user has created, and the unnamed one where the engine that `docker` means has it.
// Engines that do not answer within seconds count as unreachable.
[[nodiscard]] std::vector<BuilderState> list_builders(const context::GlobalFlags& docker,
                                                      World& world, const CancelToken& cancel);

// One of them; without a name the current one of the engine that `docker` means, else the unnamed.
// Throws an Error of kind not_found.
[[nodiscard]] BuilderState inspect_builder(const std::optional<std::string>& name,
                                           const context::GlobalFlags& docker, World& world,
                                           const CancelToken& cancel);

struct NewBuilder {
  std::optional<std::string> name; // else one after the context
  builder::Driver driver = builder::Driver::container;
  builder::ContainerOptions container;
  bool use = false;       // from now on for this engine where none is named
  bool bootstrap = false; // make its container now
};

// Remembers a builder for the engine that `docker` means, and returns its name. Throws an Error:
// invalid_input for a name that is taken or cannot be one, and as the container is made.
std::string create_builder(const NewBuilder& wanted, const context::GlobalFlags& docker,
                           World& world, const CancelToken& cancel);

struct RemovedBuilder {
  std::string name;
  bool keep_state = false; // the container goes, its store stays
  bool force = false;      // forget it even when its engine does not answer
};

// Throws an Error of kind not_found, and as the engine does.
void remove_builder(const RemovedBuilder& wanted, const context::GlobalFlags& docker, World& world,
                    const CancelToken& cancel);

} // namespace nixbuild::pipeline
