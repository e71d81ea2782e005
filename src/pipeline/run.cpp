#include "pipeline/run.hpp"

#include "pipeline/build.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/remotely.hpp"
#include "pipeline/transfer.hpp"

namespace nixbuild::pipeline {

namespace {

BuildReport build_here(const BuildRequest& request, Connection& connection, World& world,
                       const CancelToken& cancel) {
  const engine::Facts& engine = connection.engine.facts(cancel);

  // The engine decides what is built, unless the user wants another platform.
  const oci::Platform platform = first_platform(request, engine.platform);
  if (request.dry_run) {
    return {.engine = engine, .plans = {plan_build(request, platform, world, cancel)}};
  }
  const TransferJob job{.artifact = build(request, platform, world, cancel),
                        .tags = request.tags,
                        .platform = platform,
                        .image_options = request.image_options,
                        .load_options = {.remove_replaced = request.remove_replaced,
                                         .stable_order = request.stable_order}};
  return {.engine = engine, .images = transfer(job, connection.engine, world, cancel)};
}

} // namespace

BuildReport run(const BuildRequest& request, World& world, const CancelToken& cancel) {
  Connection connection = connect(request.docker, world);
  if (auto report = build_remotely(request, connection, world, cancel)) return *std::move(report);
  return build_here(request, connection, world, cancel);
}

} // namespace nixbuild::pipeline
