#include "pipeline/run.hpp"

#include "pipeline/build_here.hpp"
#include "pipeline/caches.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/deliver.hpp"
#include "pipeline/dirty_tree.hpp"
#include "pipeline/nodes.hpp"
#include "pipeline/remotely.hpp"

#include <functional>

namespace nixbuild::pipeline {

BuildReport run(const BuildRequest& asked, World& world, const CancelToken& cancel) {
  tell_of_dirty_trees({std::cref(asked)}, world, cancel);
  return run_settled(with_caches(asked, world, cancel), world, cancel);
}

BuildReport run_settled(const BuildRequest& request, World& world, const CancelToken& cancel) {
  if (!request.nodes.empty()) return run_on_nodes(request, world, cancel);
  Connection connection = connect(request.docker, world);
  const Deliver deliver = deliver_outputs(request, world, cancel);
  if (auto report = build_remotely(request, connection, deliver, world, cancel))
    return *std::move(report);
  return build_here(request, connection, deliver, world, cancel);
}

} // namespace nixbuild::pipeline
