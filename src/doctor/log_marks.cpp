#include "doctor/log_marks.hpp"

#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::doctor {

namespace {

// A check, and words by which programs tell of it.
struct Mark {
  std::string_view id;
  std::string_view words;
  std::string_view beside; // which the text has somewhere, too; empty: nothing more
  std::string_view remedy;
  Severity severity = Severity::error;
};

constexpr std::string_view bootstrap =
    "The machine of nix-rosetta-builder is itself built on Linux: leave its import out, set "
    "nix.linux-builder.enable = true, switch, then put the import back, and switch again.";
constexpr std::string_view untrusted =
    "Add yourself to trusted-users in the nix.conf of the daemon, or the cache to its "
    "trusted-substituters and its key to trusted-public-keys.";
constexpr std::string_view no_network =
    "Where Nix builds has no network, or a proxy is needed: colima start --env "
    "https_proxy=….";
constexpr std::string_view needs_kvm =
    "runAsRoot needs KVM: use fakeRootCommands with enableFakechroot, or colima start -z "
    "(M3 or newer, macOS 15).";
constexpr std::string_view other_platform =
    "Name the attribute of the engine's platform, such as .#packages.aarch64-linux.image, or "
    "get a builder for the other one.";
constexpr std::string_view unsafe_directory =
    "git config --global --add safe.directory DIR for the user who builds.";
constexpr std::string_view managed_by_determinate =
    "Use determinateNix.nixosVmBasedLinuxBuilder, or the machine of your Docker engine, "
    "which this plugin builds in.";
constexpr std::string_view unknown_key =
    "Add the cache's publicSigningKeys to trusted-public-keys.";

constexpr std::array marks{
    Mark{"K8", "mux_client_", "",
         "The connection that Lima shares is stale: limactl shell --reconnect INSTANCE true, or "
         "remove ssh.sock in the instance's folder."},
    Mark{"K3", "unable to change runtime", "",
         "Make another profile: colima start -p NEW -r docker."},
    Mark{"N1", "nix: command not found", "", "docker nixbuild doctor N1 says how to install it."},
    Mark{"N2", "you do not have 'xz' installed", "",
         "sudo apt-get update && sudo apt-get install -y xz-utils, or use nix-installer, which "
         "does without."},
    Mark{"N4", "cannot connect to socket at '/nix/var/nix/daemon-socket", "",
         "sudo systemctl enable --now nix-daemon.socket"},
    Mark{"N6", "experimental Nix feature", "is disabled",
         "Add experimental-features = nix-command flakes to /etc/nix/nix.conf."},
    Mark{"N8", "auto-disabling sandboxing", "",
         "Give the sandbox what it needs (a privileged container, user namespaces), or accept "
         "builds that see the machine."},
    Mark{"T4", "o space left", "Native Linux Builder",
         "Raise builder.memoryBytes in /etc/determinate/config.json (8589934592 is the default), "
         "then sudo launchctl kickstart -k system/systems.determinate.nix-daemon."},
    Mark{"L9", "o space left on device", "linux-builder",
         "Its disk has 20 GiB by default: set virtualisation.diskSize of nix.linux-builder.config "
         "once it runs, and ephemeral = true."},
    Mark{"N9", "o space left on device", "",
         "Free some where Nix builds: nix-collect-garbage. That itself needs a little space."},
    Mark{"N10", "Could not resolve host", "", no_network},
    Mark{"N10", "Couldn't resolve host", "", no_network},
    Mark{"N10", "SSL peer certificate or SSH remote key was not OK", "",
         "The company's CA is not known where Nix builds: set ssl-cert-file in nix.conf."},
    Mark{"N10", "unable to download 'http", "",
         "A source is not to be had at the moment: try again; caches have most of them."},
    Mark{"A5", "unable to load seccomp BPF program", "",
         "Nix itself is emulated: use the Nix of the machine's architecture, or set "
         "filter-syscalls = false."},
    Mark{"B1", "issing system features", "kvm", needs_kvm},
    Mark{"B1", "with features {", "kvm", needs_kvm},
    Mark{"R2", "nixos-image", "platform mismatch", bootstrap},
    Mark{"R2", "nixos-image", "equired system", bootstrap},
    Mark{"R2", "nixos-image", "is required to build", bootstrap},
    Mark{"R2", "rosetta-builder", "platform mismatch", bootstrap},
    Mark{"R2", "rosetta-builder", "is required to build", bootstrap},
    Mark{"A1", "platform mismatch", "", other_platform},
    Mark{"A1", "equired system or feature not available", "", other_platform},
    Mark{"A1", "is required to build", "but I am a", other_platform},
    Mark{"A2", "Exec format error", "",
         "A program of another architecture was started: colima start --vz-rosetta or --binfmt; "
         "on the Mac softwareupdate --install-rosetta."},
    Mark{"A6", "--system aarch64-linux", "",
         "Leave --system out, which lies about the machine: name .#packages.aarch64-linux.NAME."},
    Mark{"A6", "--system x86_64-linux", "",
         "Leave --system out, which lies about the machine: name .#packages.x86_64-linux.NAME."},
    Mark{"B2", "hash mismatch in fixed-output derivation", "",
         "What is at that address has changed. Of a pulled image: nix-prefetch-docker NAME TAG "
         "tells its new hash and digest; name the digest, which does not move."},
    Mark{"B3", "are not valid, so checking is not possible", "",
         "Leave --rebuild out: it builds again what is there already, to compare."},
    Mark{"B3", "--rebuild", "",
         "Leave --rebuild out: it compares two builds, needs the first, and uses no builders.",
         Severity::warning},
    Mark{"B5", "not owned by current user", "", unsafe_directory},
    Mark{"B5", "dubious ownership", "", unsafe_directory},
    Mark{"B6", "is not tracked by Git", "", "git add -N FILE"},
    Mark{"D1", "docker socket mount denied", "",
         "Enhanced Container Isolation is on: ask the administrator for "
         "dockerSocketMount.imageList, or build with --builder host."},
    Mark{"D2", "not shared from the host", "",
         "Docker Desktop: Settings, Resources, File sharing. This plugin sends the sources."},
    Mark{"L8", "requires `nix.enable`", "", managed_by_determinate},
    Mark{"L8", "requires nix.enable", "", managed_by_determinate},
    Mark{"L8", "Determinate detected, aborting activation", "",
         "Set nix.enable = false in nix-darwin's configuration, or uninstall Determinate Nix."},
    Mark{"L3", "Could not resolve hostname linux-builder", "",
         "/etc/ssh/ssh_config.d/100-linux-builder.conf gives that name: nix.linux-builder.enable "
         "writes it."},
    Mark{"L2", "Permission denied (publickey", "builder@",
         "The daemon reads the key as root: /etc/nix/builder_ed25519, which the builder installs "
         "when it starts."},
    Mark{"L6", "Host key verification failed", "",
         "Put the host key as column 8 into the machines file: the daemon cannot ask."},
    Mark{"L5", "unknown setting 'ssh-options'", "",
         "Take ssh-options out of the URI; the port goes into ssh_config."},
    Mark{"R1", "cannot build on 'ssh-ng://rosetta-builder", "",
         "Repeat the build, the machine is starting; ha.stderr.log in its folder tells more."},
    Mark{"L1", "failed to start SSH connection to", "",
         "sudo launchctl kickstart -k system/org.nixos.linux-builder"},
    Mark{"T1", "The Native Linux Builder is not currently available", "",
         "It is granted to accounts of FlakeHub: write to support@determinate.systems. Setting "
         "state = enabled does not grant it."},
    Mark{"C3", "ignoring untrusted substituter", "", untrusted},
    Mark{"C3", "you are not a trusted user", "", untrusted},
    Mark{"C4", "lacks a signature by a trusted key", "", unknown_key},
    Mark{"C4", "not signed by any of the keys in 'trusted-public-keys'", "", unknown_key},
};

constexpr std::size_t longest_line = 300;

std::string line_around(std::string_view text, std::size_t place) {
  const std::size_t before = text.rfind('\n', place);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::string_view line = text.substr(begin, text.find('\n', place) - begin);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return std::string(line.substr(0, longest_line));
}

} // namespace

std::optional<Outcome> look_into_log(std::string_view log, std::string_view id) {
  for (const Mark& mark : marks) {
    if (mark.id != id) continue;
    const std::size_t place = log.find(mark.words);
    if (place == std::string_view::npos || !log.contains(mark.beside)) continue;
    // A command's line may hold secrets.
    const bool is_command = mark.words.starts_with("--");
    return Outcome{.severity = mark.severity,
                   .seen = is_command ? format("the log has {}", mark.words)
                                      : format("the log says: {}", line_around(log, place)),
                   .remedy = std::string(mark.remedy)};
  }
  return std::nullopt;
}

} // namespace nixbuild::doctor
