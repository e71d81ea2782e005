#include "pipeline/serve_job.hpp"

#include "nix/discovery.hpp"
#include "oci/digest.hpp"
#include "pipeline/build_here.hpp"
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
fs::path root_link(const RemoteJob& job, const Environment& environment) {
  const oci::Digest digest =
      oci::Digest::of(format("{}\n{}", job.project, job.request.installable));
  return gc_root_folder(environment) / format("remote-{}", digest.hex().substr(0, 12));
}

RemoteResult done(const RemoteJob& job, agent::Conversation& client, World& world,
                  const CancelToken& cancel) {
  if (job.task == RemoteTask::inspect) return inspect(job.request, world, cancel);
  Deliver deliver;
  if (job.hand_over) {
    deliver = [&](const image::ImageSet& images, BuildReport&) {
      hand_over(images, client, cancel);
    };
  }
  Connection connection = connect(job.request.docker, world);
  return build_here(job.request, connection, deliver, world, cancel);
}

} // namespace

std::string serve_job(const std::string& message, agent::Conversation& client, World& world,
                      const CancelToken& cancel) {
  if (const auto unable = why_unable(world.environment)) return to_message(RemoteResult(*unable));
  RemoteJob job = parse_remote_job(message);
  job.request.builder = Builder::host;
  job.request.out_link = root_link(job, world.environment).string();
  if (job.engine_socket) job.request.docker.hosts = {"unix://" + *job.engine_socket};
  const auto ask = [&client](const std::string& question, archive::Sink& data) {
    return client.ask(question, data);
  };
  use_client_sources(job, ask, world, cancel);
  return to_message(done(job, client, world, cancel));
}

} // namespace nixbuild::pipeline
