#include "pipeline/build_request.hpp"

#include <algorithm>

namespace nixbuild::pipeline {

bool loads_in_place(const BuildRequest& request) {
  return std::ranges::any_of(request.outputs,
                             [](const Output& output) { return output == Output(LoadOutput{}); });
}

oci::Platform first_platform(const BuildRequest& request, const oci::Platform& otherwise) {
  return request.platforms.empty() ? otherwise : request.platforms.front();
}

} // namespace nixbuild::pipeline
