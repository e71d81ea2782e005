#include "context/remedy.hpp"

#include "context/colima.hpp"
#include "context/machine.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace nixbuild::context {

namespace {

// Docker's usual socket, which nobody named.
bool is_default(const Context& context) {
  return context.name == "default" && context.origin != Origin::host_flag &&
         context.origin != Origin::docker_host;
}

// A Mac has no engine of its own: its context is gone while Colima is stopped.
std::string remedy_where_colima_is(const std::vector<ColimaProfile>& profiles) {
  const auto running = std::ranges::find(profiles, std::string("Running"), &ColimaProfile::status);
  if (running != profiles.end()) {
    return format("Colima's engine is another context: `docker context use colima{}`",
                  running->name == "default" ? "" : "-" + running->name);
  }
  const std::string profile = profiles.size() == 1 ? profiles.front().name : "default";
  return format("Colima removes its context when it stops: `colima start{}` brings it back",
                profile == "default" ? "" : " " + profile);
}

std::string remedy_of_absence(const Context& context) {
  if (context.endpoint.socket.is_relative()) {
    return format("a socket's path starts with three slashes: unix:///{}",
                  context.endpoint.socket.string());
  }
  return "is the engine running? `docker context ls` shows other contexts";
}

} // namespace

std::string remedy_of_silence(const Context& context, int errno_value,
                              const Environment& environment, process::Runner& runner,
                              const CancelToken& cancel) {
  const bool refused = errno_value == ECONNREFUSED;
  if (errno_value == EACCES || errno_value == EPERM) {
    return format("add yourself to the group that owns {} (usually \"docker\") and log in anew, "
                  "or use sudo",
                  context.endpoint.socket.string());
  }
  if (errno_value != ENOENT && !refused) return "does `docker version` reach it?";

  const Machine machine = recognise_machine(context.endpoint, environment);
  switch (machine.kind) {
  case MachineKind::colima:
    return colima_remedy(machine.name, refused, colima_profiles(runner, cancel));
  case MachineKind::lima:
    return refused ? format("the socket is left over from before: `limactl stop {0}`, then "
                            "`limactl start {0}`",
                            machine.name)
                   : format("Lima's machine '{0}' does not run: `limactl start {0}`", machine.name);
  case MachineKind::podman_machine:
    return format("start it: `podman machine start {}`", machine.name);
  case MachineKind::rancher_desktop:
  case MachineKind::orbstack:
  case MachineKind::docker_desktop:
    return format("{} {}", refused ? "start it again:" : "start it:", to_string(machine.kind));
  default:
    break;
  }
  if (is_default(context) && has_colima(environment)) {
    return remedy_where_colima_is(colima_profiles(runner, cancel));
  }
  return refused ? "the socket is there but nobody listens on it: start the engine again"
                 : remedy_of_absence(context);
}

} // namespace nixbuild::context
