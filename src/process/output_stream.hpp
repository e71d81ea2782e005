#pragma once

#include "process/runner.hpp"

#include <cstddef>
#include <functional>
#include <span>

namespace nixbuild::process {

// Runs `command` to its end, handing on what it writes to stdout, byte for byte as it comes. Throws
// an Error: failed, with the end of its stderr as detail, when it does not end well; cancelled;
// not_found when there is no such program; and whatever `on_output` throws. The program is ended
// in each case.
void stream_output(Runner& runner, const Command& command,
                   const std::function<void(std::span<const std::byte>)>& on_output,
                   const CancelToken& cancel);

} // namespace nixbuild::process
