#pragma once

#include "context/context.hpp"
#include "process/runner.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"

#include <string>

namespace nixbuild::context {

// What to do about an engine on whose unix socket nobody answers, as one sentence: connecting
// failed with `errno_value`. Asks Colima, when the socket is its, or should be.
[[nodiscard]] std::string remedy_of_silence(const Context& context, int errno_value,
                                            const Environment& environment, process::Runner& runner,
                                            const CancelToken& cancel);

} // namespace nixbuild::context
