#include "pipeline/remotely.hpp"

#include "agent/call.hpp"
#include "builder/start_agent.hpp"
#include "nix/installable.hpp"
#include "pipeline/builder_choice.hpp"
#include "pipeline/caches.hpp"
#include "pipeline/cachix_relay.hpp"
#include "pipeline/hand_over.hpp"
#include "pipeline/offered_sources.hpp"
#include "pipeline/plain_build.hpp"
#include "pipeline/remote_job.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <expected>
#include <filesystem>
#include <future>
#include <string>
#include <utility>
#include <variant>

#include <unistd.h>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

const BuildRequest& first(const RemoteJob& job) {
  return job.requests.front().request;
}

// What only this machine has, and so is loaded from here.
bool is_here(const nix::Installable& installable) {
  if (const auto* store = std::get_if<nix::StorePath>(&installable)) {
    std::error_code problem;
    return fs::exists(store->path, problem);
  }
  return !std::holds_alternative<nix::FlakeAttribute>(installable) &&
         !std::holds_alternative<nix::StorePath>(installable);
}

std::string this_project() {
  std::string host(256, '\0');
  if (::gethostname(host.data(), host.size() - 1) != 0) host = "?";
  return format("{}:{}", host.c_str(), fs::current_path().string());
}

void warn(World& world, const std::string& text) {
  progress::notice(world.reporter, progress::Notice::Level::warning, text);
}

std::expected<agent::Connection, builder::NoAgent>
start_agent(const builder::Way& way, World& world, const CancelToken& cancel) {
  try {
    return builder::start_agent(way.argv, way.peer, world.environment, world.processes,
                                world.reporter, cancel);
  } catch (const builder::NoAgent& reason) {
    return std::unexpected(reason);
  }
}

// What came of a job and, where the images were handed over, of what `deliver` did with them.
RemoteResult ask(agent::Connection& agent, RemoteJob job, const Deliver& deliver, World& world,
                 const CancelToken& cancel) {
  OfferedSources sources = offer_sources(first(job), fs::current_path(), world.processes, cancel);
  job.sources = sources.needs;
  BuildReport delivered;
  CachixRelay cachix(world, cancel);
  HandedOver images([&](const image::ImageSet& set) { deliver(set, delivered); }, cancel);
  const auto answer = [&](const std::string& question, archive::Source& data, archive::Sink& back) {
    if (job.hand_over && HandedOver::is_for(question)) return images.answer(question, data);
    if (world.web != nullptr && CachixRelay::is_for(question)) return cachix.answer(question, data);
    return sources.offer.answer(question, back);
  };
  RemoteResult result =
      parse_remote_result(agent.call(to_message(job), world.reporter, answer, cancel));
  auto* reports = std::get_if<BuildReports>(&result);
  if (reports != nullptr && reports->size() != job.requests.size()) {
    throw Error(ErrorKind::corrupt, format("the agent reports of {} images and not of {}",
                                           reports->size(), job.requests.size()));
  }
  if (job.hand_over && reports != nullptr && reports->front().plans.empty()) {
    images.finish();
    add(reports->front(), std::move(delivered));
  }
  return result;
}

RemoteResult do_without_agent(const builder::NoAgent& reason, const RemoteJob& job,
                              const builder::Way& way, engine::Engine& engine, World& world,
                              const CancelToken& cancel) {
  if (job.task == RemoteTask::inspect) {
    return UnableToBuild{.message = reason.message(), .hint = reason.hint()};
  }
  warn(world, format("building on {} the slow way, which loads the whole image: {}; {}", way.peer,
                     reason.message(), reason.hint()));
  BuildReports reports;
  reports.reserve(job.requests.size());
  for (const auto& [name, request] : job.requests) {
    RemoteResult result = build_plainly(request, way, engine, world, cancel);
    auto* built = std::get_if<BuildReports>(&result);
    if (built == nullptr) return result;
    reports.push_back(std::move(built->front()));
  }
  return reports;
}

std::string told(const engine::Facts& engine) {
  return engine.id.empty() ? engine.host_name : format("{} ({})", engine.host_name, engine.id);
}

// The one beside the agent, if it answered.
std::optional<engine::Facts> engine_of(const RemoteResult& result) {
  if (const auto* reports = std::get_if<BuildReports>(&result)) return reports->front().engine;
  if (const auto* inspection = std::get_if<Inspection>(&result)) return inspection->engine;
  return std::nullopt;
}

bool has_images(const RemoteResult& result, engine::Engine& engine, const CancelToken& cancel) {
  const auto* reports = std::get_if<BuildReports>(&result);
  if (reports == nullptr) return true;
  const auto is_there = [&](const LoadedImage& image) {
    return engine.inspect_image(image.id, cancel).has_value();
  };
  return std::ranges::all_of(*reports, [&](const BuildReport& report) {
    return std::ranges::all_of(report.images, is_there);
  });
}

// Nothing when the engine is not needed and does not answer, so that it says nothing of where to
// build.
std::optional<ChosenBuilder> chosen_builder(const RemoteJob& job, Connection& connection,
                                            World& world, const CancelToken& cancel) {
  try {
    return choose_builder(first(job), connection, world, cancel);
  } catch (const Error& error) {
    const bool needs_engine = job.task == RemoteTask::inspect || loads_in_place(first(job));
    if (needs_engine || error.kind() != ErrorKind::unavailable) throw;
    return std::nullopt;
  }
}

// An engine behind a tunnel may not be the one beside the agent. Podman has no ID that stays: there
// the images tell.
void check_engine(const RemoteResult& result, const engine::Facts& theirs, Connection& connection,
                  RemoteTask task, const std::string& peer, const CancelToken& cancel) {
  const engine::Facts& ours = connection.engine.facts(cancel);
  if (theirs.id == ours.id && (!ours.id.empty() || has_images(result, connection.engine, cancel))) {
    return;
  }
  throw Error(ErrorKind::failed,
              format("the image {} the engine {} of {}, and the context '{}' leads to the "
                     "engine {}",
                     task == RemoteTask::build ? "is in" : "was compared with", told(theirs), peer,
                     connection.context.name, told(ours)))
      .with_hint("Two engines run there. Name the socket of the right one in the context's URL, as "
                 "in ssh://host/run/user/1000/docker.sock, or load through the context's own "
                 "connection with --builder=host.");
}

// Nothing when it is to be done here.
std::optional<RemoteResult> do_remotely(RemoteJob job, const Deliver& deliver,
                                        Connection& connection, World& world,
                                        const CancelToken& cancel) {
  const auto chosen = chosen_builder(job, connection, world, cancel);
  if (!chosen || chosen->driver == Builder::host ||
      is_here(nix::parse_installable(first(job).installable, first(job).nix))) {
    return std::nullopt;
  }
  const builder::Way way = open_way(*chosen, connection, world, cancel);
  for (auto& [name, request] : job.requests)
    carry_own_caches(request.nix, world.environment);
  job.engine_socket = way.engine_socket;
  // Asked meanwhile, since the way through the docker CLI takes its time.
  // The engine is for one thread at a time. A build may take hours, and whether the engine was
  // there at its beginning is nothing to fail for: then it is asked again.
  auto asked = std::async(std::launch::async, [&] { (void)connection.engine.facts(cancel); });
  auto agent = start_agent(way, world, cancel);
  if (const auto& link = first(job).out_link) {
    warn(world, format("no link {} is made: what Nix builds stays on {}", *link, way.peer));
  }
  RemoteResult result = with_frame(format("building on {}", way.peer), [&] {
    if (agent) return ask(*agent, job, deliver, world, cancel);
    asked.wait();
    return do_without_agent(agent.error(), job, way, connection.engine, world, cancel);
  });
  asked.wait();
  const auto theirs = engine_of(result);
  if (theirs && (job.task == RemoteTask::inspect || loads_in_place(first(job)))) {
    check_engine(result, *theirs, connection, job.task, way.peer, cancel);
  }
  const auto* unable = std::get_if<UnableToBuild>(&result);
  if (unable == nullptr) return result;
  if (chosen->insisted) {
    throw Error(ErrorKind::not_found, format("on {}: {}", way.peer, unable->message))
        .with_hint(unable->hint);
  }
  warn(world,
       format("building here and not on {}: {}. {}", way.peer, unable->message, unable->hint));
  return std::nullopt;
}

template <class Wanted>
std::optional<Wanted> do_remotely(RemoteTask task, const std::vector<NamedRequest>& requests,
                                  const Deliver& deliver, Connection& connection, World& world,
                                  const CancelToken& cancel) {
  std::optional<RemoteResult> result = do_remotely({.task = task,
                                                    .requests = requests,
                                                    .project = this_project(),
                                                    .engine_socket = {},
                                                    .sources = {},
                                                    .hand_over = deliver != nullptr},
                                                   deliver, connection, world, cancel);
  if (!result) return std::nullopt;
  if (auto* wanted = std::get_if<Wanted>(&*result)) return std::move(*wanted);
  throw Error(ErrorKind::corrupt, "the agent did another job than it was asked to do");
}

} // namespace

std::optional<BuildReport> build_remotely(const BuildRequest& request, Connection& connection,
                                          const Deliver& deliver, World& world,
                                          const CancelToken& cancel) {
  auto reports =
      build_remotely({{.name = {}, .request = request}}, connection, deliver, world, cancel);
  if (!reports) return std::nullopt;
  return std::move(reports->front());
}

std::optional<BuildReports> build_remotely(const std::vector<NamedRequest>& requests,
                                           Connection& connection, const Deliver& deliver,
                                           World& world, const CancelToken& cancel) {
  return do_remotely<BuildReports>(RemoteTask::build, requests, deliver, connection, world, cancel);
}

std::optional<Inspection> inspect_remotely(const BuildRequest& request, Connection& connection,
                                           World& world, const CancelToken& cancel) {
  return do_remotely<Inspection>(RemoteTask::inspect, {{.name = {}, .request = request}}, {},
                                 connection, world, cancel);
}

std::optional<PrunedMachine> prune_remotely(const PruneRequest& request, Connection& connection,
                                            World& world, const CancelToken& cancel) {
  // It speaks of no flake.
  RemoteJob job{.task = RemoteTask::prune,
                .requests = {{.name = {}, .request = {.docker = request.docker}}},
                .project = this_project(),
                .engine_socket = {},
                .sources = {},
                .prune_mode = request.mode};
  const auto chosen = chosen_builder(job, connection, world, cancel);
  if (!chosen || !chosen->ssh) return std::nullopt;
  const builder::Way way = open_way(*chosen, connection, world, cancel);
  job.engine_socket = way.engine_socket;
  agent::Connection agent = builder::start_agent(way.argv, way.peer, world.environment,
                                                 world.processes, world.reporter, cancel);
  const auto refuse = [](const std::string&, archive::Source&, archive::Sink&) -> std::string {
    throw Error(ErrorKind::corrupt,
                "the agent asks for something, and there is nothing to ask for");
  };
  RemoteResult result =
      parse_remote_result(agent.call(to_message(job), world.reporter, refuse, cancel));
  auto* prunable = std::get_if<Prunable>(&result);
  if (prunable == nullptr) return std::nullopt;
  return PrunedMachine{.peer = way.peer, .prunable = std::move(*prunable)};
}

} // namespace nixbuild::pipeline
