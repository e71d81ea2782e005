#pragma once

#include "pipeline/build_request.hpp"

#include <string>
#include <vector>

namespace nixbuild::pipeline {

// One of several images that are built together.
struct NamedRequest {
  std::string name; // of the service or target; empty for one that stands alone
  BuildRequest request;
};

} // namespace nixbuild::pipeline
