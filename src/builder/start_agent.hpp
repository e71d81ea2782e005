#pragma once

#include "agent/call.hpp"
#include "builder/agent_files.hpp"
#include "process/runner.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"
#include "support/error.hpp"

#include <string>
#include <utility>
#include <vector>

namespace nixbuild::builder {

// The machine can be entered, but no agent runs there: there is none for its architecture, or the
// machine does not let it run.
class NoAgent : public Error {
public:
  explicit NoAgent(Error&& reason) : Error(std::move(reason)) {}
};

// Starts our agent on another machine and returns the connection to it. `argv` is that of
// ssh or `docker exec` up to the command that is to run there (Way::argv); `peer` names the machine
// in messages. When the machine does not have the agent of this version, or something else in its
// place, the agent is copied there first, over a second connection and as a step of `reporter`.
// Throws NoAgent, or an Error: not_found when there is no ssh here; refused, unavailable, no_space
// …, with what ssh said as detail; cancelled.
[[nodiscard]] agent::Connection start_agent(const std::vector<std::string>& argv,
                                            const std::string& peer, const AgentFiles& agents,
                                            process::Runner& runner, progress::Reporter& reporter,
                                            const CancelToken& cancel);

// With the agents of this installation.
[[nodiscard]] agent::Connection start_agent(const std::vector<std::string>& argv,
                                            const std::string& peer, const Environment& environment,
                                            process::Runner& runner, progress::Reporter& reporter,
                                            const CancelToken& cancel);

} // namespace nixbuild::builder
