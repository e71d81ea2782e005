#pragma once

#include "support/cancel.hpp"

#include <cstddef>
#include <functional>

namespace nixbuild {

// Calls work(0) … work(count - 1), at most `threads` at a time, taking indexes in ascending order,
// and returns when all calls have returned. The first exception stops the taking of new indexes
// and is thrown here in the end; so does `cancel`, with an Error of kind cancelled.
void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& work, const CancelToken& cancel);

} // namespace nixbuild
