#pragma once

#include "agent/call.hpp"
#include "support/error.hpp"

#include <string>

namespace nixbuild::builder {

// Why no agent could be started on `peer`, from what ssh and the commands of agent_script.hpp left
// behind; with what the user can do about it.
[[nodiscard]] Error start_failure(const agent::NoGreeting& end, const std::string& peer);

} // namespace nixbuild::builder
