#pragma once

#include "context/context.hpp"
#include "engine/engine.hpp"
#include "pipeline/world.hpp"

#include <string>
#include <vector>

namespace nixbuild::pipeline {

// The context that is meant and a client of the engine behind it; nothing was sent yet.
struct Connection {
  context::Context context;
  engine::Engine engine;
  std::vector<std::string> docker; // argv of the docker CLI for the same engine, up to its command
};

// Resolves the current context from `flags`, the docker CLI's configuration and the environment.
// Throws an Error as context::resolve_context and config::load_docker_config do.
// `answer_limit` as in engine::ConnectionOptions.
[[nodiscard]] Connection connect(const context::GlobalFlags& flags, World& world,
                                 std::optional<std::chrono::milliseconds> answer_limit = {});

} // namespace nixbuild::pipeline
