#include "pipeline/build_here.hpp"

#include "nix/store_path.hpp"
#include "oci/machine_platform.hpp"
#include "pipeline/attestations.hpp"
#include "pipeline/build.hpp"
#include "pipeline/build_platforms.hpp"
#include "pipeline/cache_push.hpp"
#include "pipeline/load_images.hpp"
#include "pipeline/load_turns.hpp"
#include "pipeline/platforms.hpp"
#include "pipeline/side_by_side.hpp"
#include "pipeline/transfer.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <optional>
#include <utility>

namespace nixbuild::pipeline {

namespace {

// The engine that is meant; one that nothing is loaded into need not be there.
std::optional<engine::Facts> engine_of(const BuildRequest& request, Connection& connection,
                                       const CancelToken& cancel) {
  if (loads_in_place(request)) return connection.engine.facts(cancel);
  try {
    return connection.engine.facts(cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt;
  }
}

void load(const std::vector<OpenedArtifact>& opened, const BuildRequest& request,
          Connection& connection, World& world, BuildReport& report, const CancelToken& cancel) {
  sink::LoadOptions options{.remove_replaced = request.remove_replaced,
                            .stable_order = request.stable_order};
  const auto load_as_one = [&](const std::vector<image::Image>& images) {
    const auto& names = request.tags.empty() ? images.front().names : request.tags;
    std::optional<LoadTurns::Turn> turn;
    if (world.turns != nullptr) {
      world.turns->take(turn, connection.context.endpoint.host, images, cancel);
      options.given = turn->given();
    }
    load_images(images, names, options, connection.engine, world, report, cancel);
    if (turn) turn->done(images);
  };
  with_frame(format("loading {}", opened.front().built.artifact.path.string()), [&] {
    if (opened.size() > 1) return load_as_one(single_images(opened));
    for (const image::Image& image : opened.front().images)
      load_as_one({image});
  });
}

image::ImageSet image_set(const std::vector<OpenedArtifact>& opened, const BuildRequest& request,
                          World& world, const CancelToken& cancel) {
  image::ImageSet set;
  for (image::Image& image : single_images(opened)) {
    const PlatformArtifact& built = opened[set.size()].built;
    auto attestations = attestations_of(built, image, request, world, cancel);
    set.push_back({.image = std::move(image), .attestations = std::move(attestations)});
  }
  return set;
}

std::vector<std::string> store_paths_of(const std::vector<PlatformArtifact>& artifacts) {
  std::vector<std::string> paths;
  for (const PlatformArtifact& built : artifacts)
    if (nix::is_store_path(built.artifact.path)) paths.push_back(built.artifact.path.string());
  return paths;
}

} // namespace

BuildReport build_here(const BuildRequest& request, Connection& connection, const Deliver& deliver,
                       World& world, const CancelToken& cancel) {
  const auto engine = engine_of(request, connection, cancel);
  const std::vector<oci::Platform> platforms = platforms_of(
      request, engine ? engine->platform : oci::platform_of_this_machine(), world, cancel);
  BuildReport report;
  if (engine) report.engine = *engine;
  if (request.dry_run) {
    for (const oci::Platform& platform : platforms)
      report.plans.push_back(plan_build(request, platform, world, cancel));
    return report;
  }
  if (loads_in_place(request)) require_loadable(platforms, *engine);
  const std::vector<PlatformArtifact> artifacts =
      build_platforms({{.named = {.name = {}, .request = request}, .platforms = platforms}}, world,
                      cancel)
          .front();
  report.store_paths = store_paths_of(artifacts);
  CachePush push(report.store_paths, request, world, cancel);
  const auto use = [&](const std::vector<OpenedArtifact>& opened) {
    // A second call replaces what the first did.
    report = BuildReport{.engine = report.engine, .store_paths = report.store_paths};
    if (loads_in_place(request)) load(opened, request, connection, world, report, cancel);
    if (deliver) deliver(image_set(opened, request, world, cancel), report);
  };
  if (!request.caches.only)
    with_images(artifacts, request.image_options, request.amendments, !request.tags.empty(), world,
                use, cancel);
  push.finish();
  return report;
}

std::vector<BuildReport> build_here(const std::vector<NamedRequest>& requests,
                                    Connection& connection, World& world,
                                    const CancelToken& cancel) {
  const engine::Facts engine = connection.engine.facts(cancel);
  std::vector<PlatformsRequest> wanted;
  wanted.reserve(requests.size());
  for (const NamedRequest& one : requests)
    wanted.push_back(
        {.named = one, .platforms = platforms_of(one.request, engine.platform, world, cancel)});
  for (const PlatformsRequest& one : wanted)
    require_loadable(one.platforms, engine);
  const auto artifacts = build_platforms(wanted, world, cancel);

  LoadTurns turns;
  World taking_turns = world;
  if (world.turns == nullptr) taking_turns.turns = &turns;
  std::vector<BuildReport> reports(requests.size());
  side_by_side(
      requests,
      [&](std::size_t index, World& own, const CancelToken& stop) {
        const BuildRequest& request = requests[index].request;
        Connection to_engine = connect(request.docker, own); // one is for one thread at a time
        const auto use = [&](const std::vector<OpenedArtifact>& opened) {
          reports[index] = BuildReport{.engine = engine};
          load(opened, request, to_engine, own, reports[index], stop);
        };
        with_images(artifacts[index], request.image_options, request.amendments,
                    !request.tags.empty(), own, use, stop);
      },
      taking_turns, cancel);
  return reports;
}

} // namespace nixbuild::pipeline
