#pragma once

#include "builder/way.hpp"
#include "context/context.hpp"
#include "context/machine.hpp"

#include <optional>

namespace nixbuild::builder {

// By ssh into the machine that runs the engine. Nothing when it has no ssh: only ssh:// endpoints
// and the machines of Lima, Colima and Rancher Desktop do. Throws an Error of kind invalid_input
// for an ssh:// endpoint that cannot be understood.
[[nodiscard]] std::optional<Way> ssh_way(const context::Endpoint& endpoint,
                                         const context::Machine& machine);

} // namespace nixbuild::builder
