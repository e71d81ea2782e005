#include "pipeline/serve_job.hpp"

#include "builder/agent_files.hpp"
#include "nix/discovery.hpp"
#include "oci/digest.hpp"
#include "pipeline/build_here.hpp"
#include "pipeline/cachix_relay.hpp"
#include "pipeline/client_sources.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/gc_root.hpp"
#include "pipeline/hand_over.hpp"
#include "pipeline/inspect.hpp"
#include "pipeline/remote_job.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <optional>
#include <utility>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

std::optional<UnableToBuild> why_unable(const Environment& environment) {
  try {
    (void)nix::find_nix(environment);
    return std::nullopt;
  } catch (const Error&) {
    return no_nix();
  }
}

// One link for each project and installable, wherever the copy of its sources is this time.
fs::path root_link(const std::string& project, const std::string& installable,
                   const Environment& environment) {
  const oci::Digest digest = oci::Digest::of(format("{}\n{}", project, installable));
  return gc_root_folder(environment) / format("remote-{}", digest.hex().substr(0, 12));
}

void push_to_cachix(const BuildRequest& request, const std::vector<std::string>& paths,
                    agent::Conversation& client, World& world, const CancelToken& cancel) {
  if (paths.empty()) return;
  std::optional<nix::Closure> closure;
  for (const cache::CacheName& target : request.caches.to) {
    if (target.kind != cache::CacheName::Kind::cachix) continue;
    if (!closure)
      closure = nix::query_closure(
          world.processes, nix::nix_store_beside(nix::find_nix(world.environment)), paths, cancel);
    offer_to_cachix(target.name, *closure, client, cancel);
  }
}

RemoteResult done(const RemoteJob& job, agent::Conversation& client, World& world,
                  const CancelToken& cancel) {
  const BuildRequest& request = job.requests.front().request;
  if (job.task == RemoteTask::inspect) return inspect(request, world, cancel);
  Connection connection = connect(request.docker, world);
  if (job.task == RemoteTask::prune)
    return prune_machine(builder::own_program(), &connection.engine, job.prune_mode, world, cancel);
  if (job.requests.size() > 1) return build_here(job.requests, connection, world, cancel);
  Deliver deliver;
  if (job.hand_over) {
    deliver = [&](const image::ImageSet& images, BuildReport&) {
      hand_over(images, client, cancel);
    };
  }
  BuildReport report = build_here(request, connection, deliver, world, cancel);
  // Not beside it: there is one question at a time.
  push_to_cachix(request, report.store_paths, client, world, cancel);
  return BuildReports{std::move(report)};
}

} // namespace

std::string serve_job(const std::string& message, agent::Conversation& client, World& world,
                      const CancelToken& cancel) {
  if (const auto unable = why_unable(world.environment)) return to_message(RemoteResult(*unable));
  RemoteJob job = parse_remote_job(message);
  for (auto& [name, request] : job.requests) {
    request.builder = Builder::host;
    request.out_link = root_link(job.project, request.installable, world.environment).string();
    if (job.engine_socket) request.docker.hosts = {"unix://" + *job.engine_socket};
  }
  const auto ask = [&client](const std::string& question, archive::Sink& data) {
    return client.ask(question, data);
  };
  use_client_sources(job, ask, world, cancel);
  return to_message(done(job, client, world, cancel));
}

} // namespace nixbuild::pipeline
