#include "context/machine.hpp"

#include "support/format.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace nixbuild::context {

namespace fs = std::filesystem;

namespace {

// Also of what does not exist, as far as its folders do.
fs::path real_path(const fs::path& path) {
  std::error_code problem;
  fs::path real = fs::weakly_canonical(path, problem);
  return problem ? path.lexically_normal() : real;
}

// The parts of `path` below `folder`; none when it is elsewhere.
std::vector<std::string> parts_below(const fs::path& folder, const fs::path& path) {
  const fs::path relative = path.lexically_relative(real_path(folder));
  std::vector<std::string> parts;
  for (const fs::path& part : relative)
    parts.push_back(part.string());
  if (!parts.empty() && (parts.front() == ".." || parts.front() == ".")) parts.clear();
  return parts;
}

class Recogniser {
public:
  Recogniser(const fs::path& socket, const Environment& environment)
      : socket_(real_path(socket))
      , environment_(environment)
      , home_(environment.get("HOME").value_or("")) {}

  Machine machine() const {
    for (const auto look :
         {&Recogniser::colima, &Recogniser::legacy_colima, &Recogniser::lima,
          &Recogniser::rancher_desktop, &Recogniser::orbstack, &Recogniser::docker_desktop,
          &Recogniser::podman_machine, &Recogniser::rootless}) {
      if (auto found = (this->*look)()) return *std::move(found);
    }
    return {.kind = MachineKind::this_machine,
            .name = {},
            .reason = format("{} is no other machine's socket", socket_.string()),
            .lima_instance = {}};
  }

private:
  using Found = std::optional<Machine>;

  [[nodiscard]] Machine found(MachineKind kind, std::string name,
                              std::optional<fs::path> lima_instance = {}) const {
    return {.kind = kind,
            .name = std::move(name),
            .reason = format("the engine's socket is {}", socket_.string()),
            .lima_instance = std::move(lima_instance)};
  }

  [[nodiscard]] std::vector<fs::path> colima_folders() const {
    std::vector<fs::path> folders;
    if (const auto folder = environment_.get("COLIMA_HOME")) folders.emplace_back(*folder);
    if (!home_.empty()) folders.push_back(home_ / ".colima");
    if (const auto folder = environment_.get("XDG_CONFIG_HOME")) {
      folders.push_back(fs::path(*folder) / "colima");
    }
    if (!home_.empty()) folders.push_back(home_ / ".config/colima");
    return folders;
  }

  [[nodiscard]] Machine colima_profile(const std::string& profile, const fs::path& folder) const {
    const fs::path lima_home = environment_.get("LIMA_HOME").value_or((folder / "_lima").string());
    const std::string instance = profile == "default" ? "colima" : "colima-" + profile;
    return found(MachineKind::colima, profile, lima_home / instance);
  }

  [[nodiscard]] Found colima() const {
    for (const fs::path& folder : colima_folders()) {
      const auto parts = parts_below(folder, socket_);
      if (parts.empty() || parts.back() != "docker.sock") continue;
      if (parts.size() == 1) return colima_profile("default", folder);
      if (parts.size() == 2) return colima_profile(parts.front(), folder);
    }
    return std::nullopt;
  }

  [[nodiscard]] Found legacy_colima() const {
    constexpr std::string_view prefix = ".colima-";
    const auto parts = below_home();
    if (parts.size() != 2 || parts[1] != "docker.sock" || !parts[0].starts_with(prefix)) {
      return std::nullopt;
    }
    const std::string profile = parts[0].substr(prefix.size());
    return found(MachineKind::colima, profile, home_ / ".lima" / ("colima-" + profile));
  }

  [[nodiscard]] Found lima() const {
    const auto given = environment_.get("LIMA_HOME");
    if (!given && home_.empty()) return std::nullopt;
    const fs::path folder = given ? fs::path(*given) : home_ / ".lima";
    const auto parts = parts_below(folder, socket_);
    if (parts.size() != 3 || parts[1] != "sock") return std::nullopt;
    return found(MachineKind::lima, parts[0], folder / parts[0]);
  }

  [[nodiscard]] Found rancher_desktop() const {
    if (below_home() != std::vector<std::string>{".rd", "docker.sock"}) return std::nullopt;
#ifdef __APPLE__
    const fs::path lima_home = home_ / "Library/Application Support/rancher-desktop/lima";
#else
    const auto data = environment_.get("XDG_DATA_HOME");
    const fs::path lima_home =
        (data ? fs::path(*data) : home_ / ".local/share") / "rancher-desktop/lima";
#endif
    return found(MachineKind::rancher_desktop, "", lima_home / "0");
  }

  [[nodiscard]] Found orbstack() const {
    if (below_home() != std::vector<std::string>{".orbstack", "run", "docker.sock"}) {
      return std::nullopt;
    }
    return found(MachineKind::orbstack, "");
  }

  [[nodiscard]] Found docker_desktop() const {
    const auto parts = below_home();
    const bool is_its_own = parts.size() == 3 && parts[0] == ".docker" &&
                            (parts[1] == "run" || parts[1] == "desktop") &&
                            parts[2] == "docker.sock";
    if (!is_its_own) return std::nullopt;
    return found(MachineKind::docker_desktop, "");
  }

  [[nodiscard]] Found podman_machine() const {
    constexpr std::string_view suffix = "-api.sock";
    const std::string file = socket_.filename().string();
    if (file.ends_with(suffix) && socket_.parent_path().filename() == "podman") {
      return found(MachineKind::podman_machine, file.substr(0, file.size() - suffix.size()));
    }
    if (socket_.string().find("/podman/machine/") == std::string::npos) return std::nullopt;
    return found(MachineKind::podman_machine, "");
  }

  [[nodiscard]] Found rootless() const {
    const auto own = environment_.get("XDG_RUNTIME_DIR");
    if (!parts_below("/run/user", socket_).empty() ||
        (own && !parts_below(*own, socket_).empty())) {
      return found(MachineKind::rootless, "");
    }
    return std::nullopt;
  }

  [[nodiscard]] std::vector<std::string> below_home() const {
    return home_.empty() ? std::vector<std::string>() : parts_below(home_, socket_);
  }

  fs::path socket_;
  const Environment& environment_;
  fs::path home_;
};

// "user@host" of "ssh://user@host:22/path".
std::string host_of(std::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("://") + 3));
  return std::string(url.substr(0, url.find('/')));
}

} // namespace

std::string to_string(MachineKind kind) {
  switch (kind) {
  case MachineKind::this_machine:
    return "this machine";
  case MachineKind::rootless:
    return "this machine, rootless";
  case MachineKind::wsl:
    return "this machine, WSL 2";
  case MachineKind::colima:
    return "Colima";
  case MachineKind::lima:
    return "Lima";
  case MachineKind::rancher_desktop:
    return "Rancher Desktop";
  case MachineKind::orbstack:
    return "OrbStack";
  case MachineKind::docker_desktop:
    return "Docker Desktop";
  case MachineKind::podman_machine:
    return "Podman machine";
  case MachineKind::ssh_host:
    return "remote host by ssh";
  case MachineKind::tcp_host:
    return "remote host by TCP";
  }
  std::unreachable();
}

Machine recognise_machine(const Endpoint& endpoint, const Environment& environment) {
  switch (endpoint.scheme) {
  case Endpoint::Scheme::unix_socket:
    return Recogniser(endpoint.socket, environment).machine();
  case Endpoint::Scheme::ssh:
    return {.kind = MachineKind::ssh_host,
            .name = host_of(endpoint.host),
            .reason = format("the endpoint is {}", endpoint.host),
            .lima_instance = {}};
  case Endpoint::Scheme::tcp:
    break;
  }
  return {.kind = MachineKind::tcp_host,
          .name = host_of(endpoint.host),
          .reason = format("the endpoint is {}", endpoint.host),
          .lima_instance = {}};
}

Machine confirm_machine(Machine machine, const EngineSystem& engine) {
  if (machine.kind != MachineKind::this_machine) return machine;
  const auto says = [&](MachineKind kind, const std::string& words) {
    machine.kind = kind;
    machine.reason += format("; the engine runs on {}", words);
  };
  if (engine.operating_system.starts_with("Docker Desktop")) {
    says(MachineKind::docker_desktop, engine.operating_system);
  } else if (engine.operating_system.starts_with("OrbStack")) {
    says(MachineKind::orbstack, engine.operating_system);
  } else if (engine.operating_system.starts_with("Rancher Desktop")) {
    says(MachineKind::rancher_desktop, engine.operating_system);
  } else if (engine.kernel.find("microsoft") != std::string::npos) {
    says(MachineKind::wsl, engine.kernel);
  }
  return machine;
}

} // namespace nixbuild::context
