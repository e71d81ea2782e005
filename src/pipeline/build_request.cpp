#include "pipeline/build_request.hpp"

namespace nixbuild::pipeline {

oci::Platform first_platform(const BuildRequest& request, const oci::Platform& otherwise) {
  return request.platforms.empty() ? otherwise : request.platforms.front();
}

} // namespace nixbuild::pipeline
