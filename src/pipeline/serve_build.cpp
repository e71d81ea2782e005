#include "pipeline/serve_build.hpp"

#include "nix/discovery.hpp"
#include "nix/installable.hpp"
#include "oci/digest.hpp"
#include "pipeline/directories.hpp"
#include "pipeline/gc_root.hpp"
#include "pipeline/remote_job.hpp"
#include "pipeline/run.hpp"
#include "source/local_flake.hpp"
#include "source/source_cache.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <optional>
#include <utility>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

// Enough for the projects that somebody works on at a time.
constexpr std::size_t kept_trees = 16;

std::optional<UnableToBuild> why_unable(const Environment& environment) {
  try {
    (void)nix::find_nix(environment);
    return std::nullopt;
  } catch (const Error&) {
    return no_nix();
  }
}

std::string with_flake(const std::string& installable, const std::string& flake) {
  const std::size_t hash = installable.find('#');
  return hash == std::string::npos ? flake : flake + installable.substr(hash);
}

// Lets the request speak of copies here in place of flakes on the client.
void bring_sources(RemoteJob& job, const source::Ask& ask, World& world) {
  if (job.sources.empty()) return;
  const source::SourceCache cache(cache_directory(world.environment) / "sources");
  for (std::size_t index = 0; index < job.sources.size(); ++index) {
    const SourceNeed& need = job.sources[index];
    const fs::path folder = source::fetch_source(index, need.manifest, cache, ask);
    const std::string flake = source::reference_to_copy(folder, need.subfolder);
    if (need.override_input) {
      job.request.nix.override_inputs.at(*need.override_input).second = flake;
    } else {
      job.request.installable = with_flake(job.request.installable, flake);
    }
  }
  // A lock file that is written beside a copy is of no use to anybody.
  job.request.nix.no_write_lock_file = true;
  cache.prune(kept_trees);
}

// One link for each project and installable, wherever the copy of its sources is this time.
fs::path root_link(const RemoteJob& job, const Environment& environment) {
  const oci::Digest digest =
      oci::Digest::of(format("{}\n{}", job.project, job.request.installable));
  return gc_root_folder(environment) / format("remote-{}", digest.hex().substr(0, 12));
}

} // namespace

std::string serve_build(const std::string& message, const source::Ask& ask, World& world,
                        const CancelToken& cancel) {
  if (const auto unable = why_unable(world.environment)) return to_message(RemoteResult(*unable));
  RemoteJob job = parse_remote_job(message);
  job.request.builder = Builder::host;
  job.request.out_link = root_link(job, world.environment).string();
  if (job.engine_socket) job.request.docker.hosts = {"unix://" + *job.engine_socket};
  bring_sources(job, ask, world);
  return to_message(RemoteResult(run(job.request, world, cancel)));
}

} // namespace nixbuild::pipeline
