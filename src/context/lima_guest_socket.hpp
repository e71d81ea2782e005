#pragma once

#include "process/runner.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::context {

// The socket inside a Lima machine that Lima forwards to `socket` here: Lima's usual template runs
// the engine without root, at /run/user/UID/docker.sock. `instance` is the machine's folder below
// Lima's home. lima.yaml alone does not tell, since it holds templates and lacks defaults, so
// limactl is asked. Nothing when there is none or it does not know. Throws an Error of kind
// cancelled.
[[nodiscard]] std::optional<std::string> lima_guest_socket(const std::filesystem::path& instance,
                                                           const std::filesystem::path& socket,
                                                           process::Runner& runner,
                                                           const CancelToken& cancel);

// The same from what `limactl list --json` prints: one object a line, of which
// config.portForwards[].{guestSocket,hostSocket} count (lima-vm/lima pkg/limatype).
[[nodiscard]] std::optional<std::string>
parse_lima_guest_socket(std::string_view listed, const std::filesystem::path& socket);

} // namespace nixbuild::context
