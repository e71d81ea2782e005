#pragma once

#include "process/child_process.hpp"
#include "support/cancel.hpp"
#include "support/unique_fd.hpp"

#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

namespace nixbuild::process {

// A pipe that the program writes to. `on_bytes` gets what arrives, and nothing at the end of it.
struct OutputPipe {
  UniqueFd read;
  std::function<void(std::string_view bytes)> on_bytes;
};

// Waits until `child` has ended and what it wrote has been handed on, on the calling thread. Once
// `cancel` is raised the child's group gets SIGTERM, and SIGKILL after `grace` or at the forced
// level; that nothing of the group is left is sure then. An exception of a handler ends the child
// in the same way and is thrown on.
ExitStatus supervise(ChildProcess& child, std::vector<OutputPipe> outputs,
                     const CancelToken& cancel, std::chrono::milliseconds grace);

} // namespace nixbuild::process
