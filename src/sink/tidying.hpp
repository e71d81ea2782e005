#pragma once

#include "engine/engine.hpp"
#include "support/error.hpp"

#include <chrono>

namespace nixbuild::sink {

// Runs `work` with a connection to `engine` after a load has failed or was cancelled: the user
// waits for the load's own error, so that what hangs or fails here is left.
template <class Work>
void tidy_up(const engine::Engine& engine, const Work& work) noexcept {
  try {
    engine::Engine brisk = engine.another_connection(std::chrono::seconds(5));
    work(brisk);
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): see above
  }
}

} // namespace nixbuild::sink
