#include "builder/container_way.hpp"

#include "builder/builder_container.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::builder {

Way container_way(std::vector<std::string> docker, const std::string& container) {
  docker.insert(docker.end(), {"exec", "--interactive", container, "sh", "-c"});
  return {.argv = std::move(docker),
          .peer = format("the container {}", container),
          .engine_socket = socket_in_container};
}

} // namespace nixbuild::builder
