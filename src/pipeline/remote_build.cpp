#include "pipeline/remote_build.hpp"

#include "agent/call.hpp"
#include "builder/start_agent.hpp"
#include "nix/installable.hpp"
#include "pipeline/builder_choice.hpp"
#include "pipeline/offered_sources.hpp"
#include "pipeline/plain_build.hpp"
#include "pipeline/remote_job.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <future>
#include <string>
#include <utility>
#include <variant>

#include <unistd.h>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

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

// Nothing, with the reason told, when none runs there.
std::optional<agent::Connection> start_agent(const builder::Way& way, World& world,
                                             const CancelToken& cancel) {
  try {
    return builder::start_agent(way.argv, way.peer, world.environment, world.processes,
                                world.reporter, cancel);
  } catch (const builder::NoAgent& error) {
    warn(world, format("building on {} the slow way, which loads the whole image: {}; {}", way.peer,
                       error.message(), error.hint()));
    return std::nullopt;
  }
}

RemoteResult ask(agent::Connection& agent, const BuildRequest& request, const builder::Way& way,
                 World& world, const CancelToken& cancel) {
  OfferedSources sources = offer_sources(request, fs::current_path(), world.processes, cancel);
  const RemoteJob job{.request = request,
                      .project = this_project(),
                      .engine_socket = way.engine_socket,
                      .sources = sources.needs};
  const auto answer = [&](const std::string& question, archive::Source&, archive::Sink& back) {
    return sources.offer.answer(question, back);
  };
  return parse_remote_result(agent.call(to_message(job), world.reporter, answer, cancel));
}

std::string told(const engine::Facts& engine) {
  return format("{} ({})", engine.host_name, engine.id);
}

// An engine behind a tunnel may not be the one beside the agent.
void check_engine(const BuildReport& report, const engine::Facts& ours, const std::string& peer,
                  const std::string& context) {
  if (report.engine.id == ours.id) return;
  throw Error(ErrorKind::failed,
              format("the image is in the engine {} of {}, and the context '{}' leads to the "
                     "engine {}",
                     told(report.engine), peer, context, told(ours)))
      .with_hint("Two engines run there. Name the socket of the right one in the context's URL, as "
                 "in ssh://host/run/user/1000/docker.sock, or load through the context's own "
                 "connection with --builder=host.");
}

// A build may take hours, and whether the engine was there at its beginning is nothing to fail for.
engine::Facts facts_at_last(std::future<engine::Facts> asked, engine::Engine& engine,
                            const CancelToken& cancel) {
  try {
    return asked.get();
  } catch (const Error&) {
    return engine.facts(cancel);
  }
}

} // namespace

std::optional<BuildReport> build_remotely(const BuildRequest& request, Connection& connection,
                                          World& world, const CancelToken& cancel) {
  const ChosenBuilder chosen = choose_builder(request, connection, world, cancel);
  if (chosen.driver == Builder::host ||
      is_here(nix::parse_installable(request.installable, request.nix))) {
    return std::nullopt;
  }
  const builder::Way way = open_way(chosen, connection, world, cancel);
  // Asked meanwhile, since the way through the docker CLI takes its time.
  auto ours = std::async(std::launch::async, [&] { return connection.engine.facts(cancel); });
  std::optional<agent::Connection> agent = start_agent(way, world, cancel);
  if (request.out_link) {
    warn(world,
         format("no link {} is made: what Nix builds stays on {}", *request.out_link, way.peer));
  }
  RemoteResult result = with_frame(format("building on {}", way.peer), [&]() -> RemoteResult {
    if (agent) return ask(*agent, request, way, world, cancel);
    ours.wait(); // the engine is for one thread at a time
    return build_plainly(request, way, connection.engine, world, cancel);
  });
  if (auto* report = std::get_if<BuildReport>(&result)) {
    check_engine(*report, facts_at_last(std::move(ours), connection.engine, cancel), way.peer,
                 connection.context.name);
    return std::move(*report);
  }
  const auto& unable = std::get<UnableToBuild>(result);
  if (chosen.insisted) {
    throw Error(ErrorKind::not_found, format("on {}: {}", way.peer, unable.message))
        .with_hint(unable.hint);
  }
  warn(world, format("building here and not on {}: {}. {}", way.peer, unable.message, unable.hint));
  return std::nullopt;
}

} // namespace nixbuild::pipeline
