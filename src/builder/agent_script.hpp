#pragma once

#include "builder/agent_files.hpp"

#include <string>

// The commands by which an agent is started on another machine. They go through the login shell
// there, whichever it is, and hold nothing but constants, digests and sizes. The agent lies in
// ${XDG_CACHE_HOME:-~/.cache}/docker-nixbuild/agent-SHA256, and is never run unless its bytes have
// that digest.
namespace nixbuild::builder {

// How these commands end when they do not end as the agent; ssh itself ends with 255.
namespace script_status {
inline constexpr int absent_x86_64 = 90;  // no such agent there, or a file that is something else
inline constexpr int absent_aarch64 = 91; // the same
inline constexpr int no_sha256sum = 92;
inline constexpr int other_machine = 93; // stderr ends with what uname -sm says
inline constexpr int cannot_write = 94;
inline constexpr int damaged = 95; // what arrived is not what was sent
inline constexpr int cannot_run = 96;
} // namespace script_status

// Becomes the agent that is there already.
[[nodiscard]] std::string start_script(const AgentFiles& agents);

// Stores the next `agent.size` bytes of stdin as the agent and becomes it.
[[nodiscard]] std::string install_script(const AgentFile& agent);

} // namespace nixbuild::builder
