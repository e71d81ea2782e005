#pragma once

#include "pipeline/world.hpp"
#include "source/exchange.hpp"
#include "support/cancel.hpp"

#include <string>

namespace nixbuild::pipeline {

// The agent's work: does the RemoteJob `message` on this machine, with the Nix and the engine that
// are here, asking the client by `ask` for source files that are not, and returns the RemoteResult.
// Throws an Error as run() and inspect() do.
[[nodiscard]] std::string serve_job(const std::string& message, const source::Ask& ask,
                                    World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
