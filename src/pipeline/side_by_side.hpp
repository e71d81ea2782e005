#pragma once

#include "pipeline/named_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::pipeline {

// One of several things that are done at the same time.
struct Branch {
  // What its steps, and its Error, say it is: "linux/arm64", "web"; empty where they say nothing.
  std::string name;
  std::function<void(World&, const CancelToken&)> work; // thread-safe beside that of the others
};

// Each evaluates or loads, which takes memory; more at a time would not be faster.
inline constexpr std::size_t most_at_a_time = 8;

// Does the work of all `branches`, at most `most` at a time. The first that fails stops the others,
// unless `keep_going`; its Error is thrown with the frame "PURPOSE NAME". Other failures that are
// not for being stopped are told to world.reporter. A single branch is done as if it stood alone.
void side_by_side(const std::vector<Branch>& branches, std::size_t most, bool keep_going,
                  std::string_view purpose, World& world, const CancelToken& cancel);

// The same for each of `requests`, by its index and under its name. The first that fails stops the
// others unless all say to keep going.
void side_by_side(const std::vector<NamedRequest>& requests,
                  const std::function<void(std::size_t, World&, const CancelToken&)>& work,
                  World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
