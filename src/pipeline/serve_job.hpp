#pragma once

#include "agent/conversation.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <string>

namespace nixbuild::pipeline {

// The agent's work: does the RemoteJob `message` on this machine, with the Nix and the engine that
// are here, asking `client` for source files that are not, handing the images over where that is
// asked for, and returns the RemoteResult. Throws an Error as run() and inspect() do.
[[nodiscard]] std::string serve_job(const std::string& message, agent::Conversation& client,
                                    World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
