#pragma once

#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <string>
#include <vector>

namespace nixbuild::pipeline {

// One of several images that are built together.
struct NamedRequest {
  std::string name; // of the service or target
  BuildRequest request;
};

// run() for each of `requests`, side by side; the reports are in their order. The first that fails
// stops the others, and its Error says which one it is, unless all say to keep going.
[[nodiscard]] std::vector<BuildReport> run_all(const std::vector<NamedRequest>& requests,
                                               World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
