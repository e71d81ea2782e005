#pragma once

#include "agent/call.hpp"
#include "support/error.hpp"

#include <string>
#include <string_view>

namespace nixbuild::builder {

// Why no agent could be started on `peer`, from what ssh and the commands of agent_script.hpp left
// behind; with what the user can do about it.
[[nodiscard]] Error start_failure(const agent::NoGreeting& end, const std::string& peer);

// Why `what` could not be written there, from the words of the program that tried.
[[nodiscard]] Error write_failure(std::string_view what, const std::string& words,
                                  const std::string& peer);

// Whether the machine could be entered all the same, and only the agent does not run there.
[[nodiscard]] bool is_for_want_of_agent(const agent::NoGreeting& end);

} // namespace nixbuild::builder
