#pragma once

#include "pipeline/build_report.hpp"
#include "pipeline/named_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

// run() for each of `requests`, side by side, those of one flake by one run of Nix; the reports are
// in their order. The first that fails stops the others, and its Error says which one it is, unless
// all say to keep going.
[[nodiscard]] std::vector<BuildReport> run_all(const std::vector<NamedRequest>& requests,
                                               World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
