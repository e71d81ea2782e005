#include "builder/start_agent.hpp"

#include "archive/file.hpp"
#include "builder/agent_script.hpp"
#include "builder/ssh_failure.hpp"
#include "http/stream_socket.hpp"
#include "process/carrier.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <cerrno>
#include <expected>
#include <memory>
#include <span>
#include <utility>

#include <fcntl.h>

namespace nixbuild::builder {

namespace {

using Opened = std::expected<agent::Connection, agent::NoGreeting>;

// A way to another machine.
struct Route {
  const std::vector<std::string>& argv;
  const std::string& peer;
  process::Runner& runner;
  const CancelToken& cancel;
};

struct Running {
  std::unique_ptr<process::Child> child;
  UniqueFd socket;
};

Running start(const Route& way, std::string script) {
  Pipe ends = make_socket_pair();
  process::Command command = process::carrier(way.argv);
  command.argv.push_back(std::move(script));
  auto child = way.runner.start_on_socket(command, std::move(ends.write));
  return {.child = std::move(child), .socket = std::move(ends.read)};
}

Opened open(const Route& way, Running running) {
  return agent::Connection::open(std::move(running.child), std::move(running.socket), way.peer,
                                 way.cancel);
}

// Sends the file, as long as somebody takes it; why somebody does not, its end will tell.
void send_file(const AgentFile& agent, int socket, progress::Step& step,
               const CancelToken& cancel) {
  const http::StreamSocket stream(UniqueFd(::fcntl(socket, F_DUPFD_CLOEXEC, 3)));
  archive::FileSource file(archive::File::open(agent.path));
  std::vector<std::byte> buffer(std::size_t{64} << 10U);
  std::uint64_t sent = 0;
  while (const std::size_t got = file.read(buffer)) {
    try {
      stream.send_all(std::span(buffer).first(got), cancel);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::unavailable) return;
      throw;
    }
    sent += got;
    step.advance(agent.path.filename().string(), sent, agent.size, sent == agent.size);
  }
}

[[noreturn]] void fail(const agent::NoGreeting& end, const std::string& peer) {
  Error error = start_failure(end, peer);
  if (is_for_want_of_agent(end)) throw NoAgent(std::move(error));
  throw error;
}

Opened install(const Route& way, const AgentFile& agent, progress::Reporter& reporter) {
  return progress::as_step(reporter, format("copy the agent to {}", way.peer),
                           [&](progress::Step& step) {
                             Running running = start(way, install_script(agent));
                             send_file(agent, running.socket.get(), step, way.cancel);
                             Opened opened = open(way, std::move(running));
                             if (!opened) fail(opened.error(), way.peer);
                             return opened;
                           });
}

// The agent that the other machine said it does not have.
const AgentFile* missing_agent(const agent::NoGreeting& end, const AgentFiles& agents) {
  if (!end.status || !end.out.empty()) return nullptr;
  const char* machine = nullptr;
  if (end.status->code == script_status::absent_x86_64) machine = "x86_64";
  if (end.status->code == script_status::absent_aarch64) machine = "aarch64";
  if (machine == nullptr || end.status->signal) return nullptr;
  const auto agent = agents.find(machine);
  return agent == agents.end() ? nullptr : &agent->second;
}

} // namespace

agent::Connection start_agent(const std::vector<std::string>& argv, const std::string& peer,
                              const AgentFiles& agents, process::Runner& runner,
                              progress::Reporter& reporter, const CancelToken& cancel) {
  const Route way{.argv = argv, .peer = peer, .runner = runner, .cancel = cancel};
  Opened opened = open(way, start(way, start_script(agents)));
  if (opened) return std::move(*opened);
  const AgentFile* const missing = missing_agent(opened.error(), agents);
  if (missing == nullptr) fail(opened.error(), peer);
  return std::move(*install(way, *missing, reporter));
}

agent::Connection start_agent(const std::vector<std::string>& argv, const std::string& peer,
                              const Environment& environment, process::Runner& runner,
                              progress::Reporter& reporter, const CancelToken& cancel) {
  return start_agent(argv, peer, find_agents(agent_folders(environment, own_program())), runner,
                     reporter, cancel);
}

} // namespace nixbuild::builder
