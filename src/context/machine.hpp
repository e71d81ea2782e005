#pragma once

#include "context/context.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace nixbuild::context {

// What runs the engine behind an endpoint.
enum class MachineKind {
  this_machine,
  rootless, // this machine, the user's own engine
  wsl,      // this machine, which is one of WSL 2
  colima,
  lima,
  rancher_desktop,
  orbstack,
  docker_desktop,
  podman_machine,
  ssh_host,
  tcp_host,
};

struct Machine {
  MachineKind kind = MachineKind::this_machine;
  std::string name;   // Colima's profile, Lima's or Podman's machine, or a host; empty when none
  std::string reason; // what told us, for people
  // Colima, Lima, Rancher Desktop: the instance's folder, which holds its ssh.config.
  std::optional<std::filesystem::path> lima_instance;
};

// "Colima", "Docker Desktop", … as a person knows it.
[[nodiscard]] std::string to_string(MachineKind kind);

// Tells the machine by where the endpoint really leads: contexts have any name, and the usual
// socket is often a link to another engine's. Reads no files; links on the way are followed.
// Where the tools put their sockets:
//   Colima           <base>/PROFILE/docker.sock, before 0.4 also <base>/docker.sock and
//                    ~/.colima-PROFILE/docker.sock; base: $COLIMA_HOME, ~/.colima,
//                    $XDG_CONFIG_HOME/colima, ~/.config/colima (abiosoft/colima config/files.go)
//   Lima             <home>/INSTANCE/sock/*.sock; home: $LIMA_HOME, ~/.lima
//   Rancher Desktop  ~/.rd/docker.sock
//   OrbStack         ~/.orbstack/run/docker.sock
//   Docker Desktop   ~/.docker/run/docker.sock, ~/.docker/desktop/docker.sock
//   Podman machine   …/podman/MACHINE-api.sock, …/podman/machine/…/podman.sock
//   rootless         $XDG_RUNTIME_DIR/…, /run/user/UID/…
[[nodiscard]] Machine recognise_machine(const Endpoint& endpoint, const Environment& environment);

// What an engine says of where it runs (GET /info: OperatingSystem, KernelVersion).
struct EngineSystem {
  std::string operating_system;
  std::string kernel;
};

// `machine`, corrected by its engine: Docker Desktop and OrbStack also put a socket where Linux has
// it, in distributions of WSL and in machines of their own.
[[nodiscard]] Machine confirm_machine(Machine machine, const EngineSystem& engine);

} // namespace nixbuild::context
