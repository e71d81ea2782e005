#include "builder/ssh_way.hpp"

#include "builder/ssh_command.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <system_error>

namespace nixbuild::builder {

std::optional<Way> ssh_way(const context::Endpoint& endpoint, const context::Machine& machine) {
  if (machine.kind == context::MachineKind::ssh_host) {
    const SshUrl url = parse_ssh_url(endpoint.host);
    return Way{.argv = ssh_command(url), .peer = machine.name, .engine_socket = url.path};
  }
  std::error_code problem;
  if (!machine.lima_instance ||
      !std::filesystem::exists(*machine.lima_instance / "ssh.config", problem)) {
    return std::nullopt;
  }
  return Way{.argv = lima_ssh_command(*machine.lima_instance),
             .peer = format("{} {}", to_string(machine.kind), machine.name),
             .engine_socket = {}};
}

} // namespace nixbuild::builder
