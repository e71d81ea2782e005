#include "pipeline/prune.hpp"

#include "builder/builder_container.hpp"
#include "builder/builder_store.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/directories.hpp"
#include "pipeline/remotely.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace nixbuild::pipeline {

namespace {

constexpr std::chrono::seconds patience{5};

// The names of the builders that are to stay.
std::set<std::string> kept_builders(const PruneRequest& request, const World& world) {
  std::set<std::string> names;
  if (!request.all_builders) names.insert(builder::unnamed_builder);
  for (const builder::NamedBuilder& one :
       builder::BuilderStore(builders_directory(world.environment)).all())
    names.insert(one.name);
  return names;
}

ForsakenBuilders forsaken_builders(const PruneRequest& request, engine::Engine& engine,
                                   const World& world, const CancelToken& cancel) {
  const std::set<std::string> kept = kept_builders(request, world);
  const auto is_forsaken = [&](const engine::Labels& labels) {
    const auto label = labels.find(builder::builder_label);
    return label != labels.end() && !kept.contains(label->second);
  };
  ForsakenBuilders forsaken;
  for (const engine::ListedContainer& container : engine.containers(cancel))
    if (is_forsaken(container.labels)) forsaken.containers.push_back(container.name);
  for (const engine::VolumeDetails& volume :
       engine.volumes_with_label(builder::builder_label, cancel))
    if (is_forsaken(volume.labels)) forsaken.volumes.push_back(volume.name);
  return forsaken;
}

void remove(const ForsakenBuilders& forsaken, engine::Engine& engine, const CancelToken& cancel) {
  for (const std::string& container : forsaken.containers)
    (void)engine.remove_container(container, cancel);
  for (const std::string& volume : forsaken.volumes)
    (void)engine.remove_volume(volume, cancel);
}

void remark(PruneReport& report, const std::string& what, const Error& error) {
  if (error.kind() == ErrorKind::cancelled) throw Error(error);
  report.remarks.push_back(format("{}: {}", what, error.message()));
}

void prune_builders(const PruneRequest& request, PruneReport& report, engine::Engine& engine,
                    World& world, const CancelToken& cancel) {
  report.builders = forsaken_builders(request, engine, world, cancel);
  if (request.mode == PruneMode::remove) remove(report.builders, engine, cancel);
}

void prune_there(const PruneRequest& request, PruneReport& report, Connection& connection,
                 World& world, const CancelToken& cancel) {
  try {
    if (auto done = prune_remotely(request, connection, world, cancel)) {
      report.peer = std::move(done->peer);
      report.there = std::move(done->prunable);
    }
  } catch (const Error& error) {
    remark(report, "the engine's machine was not looked at", error);
  }
}

} // namespace

PruneReport prune(const PruneRequest& request, World& world, const CancelToken& cancel) {
  PruneReport report;
  Connection connection = connect(request.docker, world, patience);
  bool answers = false;
  try {
    (void)connection.engine.facts(cancel);
    answers = true;
  } catch (const Error& error) {
    remark(report,
           format("the engine of the context '{}' was not looked at", connection.context.name),
           error);
  }
  report.here =
      prune_machine({}, answers ? &connection.engine : nullptr, request.mode, world, cancel);
  if (!answers) return report;
  prune_builders(request, report, connection.engine, world, cancel);
  prune_there(request, report, connection, world, cancel);
  return report;
}

} // namespace nixbuild::pipeline
