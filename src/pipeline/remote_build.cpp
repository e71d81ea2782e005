#include "pipeline/remote_build.hpp"

#include "agent/call.hpp"
#include "builder/ssh_command.hpp"
#include "builder/start_agent.hpp"
#include "context/machine.hpp"
#include "nix/installable.hpp"
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

// How a command gets into the machine behind an endpoint.
struct WayIn {
  std::vector<std::string> ssh; // argv before the command
  std::string peer;             // for people
  std::optional<std::string> engine_socket;
};

std::optional<WayIn> way_into(const context::Context& context, const Environment& environment) {
  const context::Machine machine = context::recognise_machine(context.endpoint, environment);
  if (machine.kind == context::MachineKind::ssh_host) {
    const builder::SshUrl url = builder::parse_ssh_url(context.endpoint.host);
    return WayIn{.ssh = builder::ssh_command(url), .peer = machine.name, .engine_socket = url.path};
  }
  std::error_code problem;
  if (!machine.lima_instance || !fs::exists(*machine.lima_instance / "ssh.config", problem)) {
    return std::nullopt;
  }
  return WayIn{.ssh = builder::lima_ssh_command(*machine.lima_instance),
               .peer = format("{} {}", to_string(machine.kind), machine.name),
               .engine_socket = {}};
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

bool insists(const BuildRequest& request) {
  return request.builder == Builder::ssh;
}

void warn(World& world, const std::string& text) {
  progress::notice(world.reporter, progress::Notice::Level::warning, text);
}

// Nothing, with the reason told, when none runs there.
std::optional<agent::Connection> start_agent(const WayIn& way, World& world,
                                             const CancelToken& cancel) {
  try {
    return builder::start_agent(way.ssh, way.peer, world.environment, world.processes,
                                world.reporter, cancel);
  } catch (const builder::NoAgent& error) {
    warn(world, format("building on {} the slow way, which loads the whole image: {}; {}", way.peer,
                       error.message(), error.hint()));
    return std::nullopt;
  }
}

RemoteResult ask(agent::Connection& agent, const BuildRequest& request, const WayIn& way,
                 World& world, const CancelToken& cancel) {
  const OfferedSources sources =
      offer_sources(request, fs::current_path(), world.processes, cancel);
  const RemoteJob job{.request = request,
                      .project = this_project(),
                      .engine_socket = way.engine_socket,
                      .sources = sources.needs};
  const auto answer = [&](const std::string& question, archive::Source&, archive::Sink& back) {
    return sources.offer.answer(question, back);
  };
  return parse_remote_result(agent.call(to_message(job), world.reporter, answer, cancel));
}

// An engine behind a tunnel may not be the one beside the agent.
void check_engine(const BuildReport& report, const engine::Facts& ours, const std::string& peer) {
  if (report.engine.id == ours.id) return;
  throw Error(ErrorKind::failed,
              format("the image is in the engine of {} ({}), and the context leads to another ({})",
                     peer, report.engine.id, ours.id))
      .with_hint("Two engines run there. Name the socket of the right one in the context's URL, as "
                 "in ssh://host/run/user/1000/docker.sock.");
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

RemoteResult build_by_agent(agent::Connection& agent, const BuildRequest& request, const WayIn& way,
                            engine::Engine& engine, World& world, const CancelToken& cancel) {
  // Asked meanwhile, since the way through the docker CLI takes its time.
  std::future<engine::Facts> ours =
      std::async(std::launch::async, [&] { return engine.facts(cancel); });
  RemoteResult result = ask(agent, request, way, world, cancel);
  if (const auto* report = std::get_if<BuildReport>(&result)) {
    check_engine(*report, facts_at_last(std::move(ours), engine, cancel), way.peer);
  }
  return result;
}

} // namespace

std::optional<BuildReport> build_remotely(const BuildRequest& request, Connection& connection,
                                          World& world, const CancelToken& cancel) {
  if (request.builder == Builder::host) return std::nullopt;
  const auto way = way_into(connection.context, world.environment);
  if (!way && insists(request)) {
    throw Error(ErrorKind::invalid_input, format("no command gets by ssh into the machine behind "
                                                 "the context '{}'",
                                                 connection.context.name))
        .with_hint("Leave out --builder: the image is then built here and loaded from here.");
  }
  if (!way || is_here(nix::parse_installable(request.installable, request.nix))) {
    return std::nullopt;
  }
  std::optional<agent::Connection> agent = start_agent(*way, world, cancel);
  if (request.out_link) {
    warn(world,
         format("no link {} is made: what Nix builds stays on {}", *request.out_link, way->peer));
  }
  RemoteResult result = with_frame(format("building on {}", way->peer), [&] {
    return agent ? build_by_agent(*agent, request, *way, connection.engine, world, cancel)
                 : build_plainly(
                       request,
                       {.ssh = way->ssh, .peer = way->peer, .engine_socket = way->engine_socket},
                       connection.engine, world, cancel);
  });
  if (auto* report = std::get_if<BuildReport>(&result)) return std::move(*report);
  const auto& unable = std::get<UnableToBuild>(result);
  if (insists(request)) {
    throw Error(ErrorKind::not_found, format("on {}: {}", way->peer, unable.message))
        .with_hint(unable.hint);
  }
  warn(world,
       format("building here and not on {}: {}. {}", way->peer, unable.message, unable.hint));
  return std::nullopt;
}

} // namespace nixbuild::pipeline
