#pragma once

#include "builder/way.hpp"

#include <string>
#include <vector>

namespace nixbuild::builder {

// Into the builder container `container` by `docker exec`, so that TLS, ssh and named pipes are
// exactly docker's. `docker` is argv of the docker CLI up to its command.
[[nodiscard]] Way container_way(std::vector<std::string> docker, const std::string& container);

} // namespace nixbuild::builder
