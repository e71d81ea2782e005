#pragma once

#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::pipeline {

// One of several things that are done at the same time.
struct Branch {
  std::string name; // what its steps, and its Error, say it is: "linux/arm64", "web"
  std::function<void(World&, const CancelToken&)> work; // thread-safe beside that of the others
};

// Does the work of all `branches`, at most `most` at a time. The first that fails stops the others,
// unless `keep_going`; its Error is thrown with the frame "PURPOSE NAME". Other failures that are
// not for being stopped are told to world.reporter. A single branch is done as if it stood alone.
void side_by_side(const std::vector<Branch>& branches, std::size_t most, bool keep_going,
                  std::string_view purpose, World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
