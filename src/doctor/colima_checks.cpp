#include "doctor/check.hpp"
#include "nix/nix.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::doctor {

namespace {

using context::ColimaProfile;
using context::MachineKind;
using Look = std::optional<Outcome>;

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30U;

// The profile that the engine belongs to, or would if it ran; empty when it is none of Colima's.
std::string meant_profile(const Facts& facts) {
  if (facts.machine.kind == MachineKind::colima) return facts.machine.name;
  std::string named = context::colima_profile_of_context(facts.wanted_context);
  if (!named.empty()) return named;
  const auto& profiles = facts.client.colima;
  // A Mac has no other engine at the usual place.
  const bool is_lost = facts.engine_error && facts.machine.kind == MachineKind::this_machine;
  if (!is_lost || !profiles || profiles->empty()) return {};
  return profiles->size() == 1 ? profiles->front().name : "default";
}

const ColimaProfile* profile_of(const Facts& facts) {
  if (!facts.client.colima) return nullptr;
  const auto found =
      std::ranges::find(*facts.client.colima, meant_profile(facts), &ColimaProfile::name);
  return found == facts.client.colima->end() ? nullptr : &*found;
}

Fix starting(const std::string& profile) {
  return {.what = format("start Colima's profile '{}'", profile),
          .argv = {"colima", "start", profile}};
}

Look profile_runs(const Facts& facts) {
  const ColimaProfile* profile = profile_of(facts);
  if (profile == nullptr) {
    const std::string meant = meant_profile(facts);
    if (meant.empty() || !facts.client.colima) return std::nullopt;
    return failed(format("Colima has no profile '{}'", meant),
                  format("colima start {}", meant == "default" ? "" : meant));
  }
  if (profile->status == "Broken") return std::nullopt;
  if (profile->status == "Running") return fine(format("profile '{}' runs", profile->name));
  return failed(format("Colima's profile '{}' is {}", profile->name, profile->status),
                format("colima start {}", profile->name), starting(profile->name));
}

Look profile_is_whole(const Facts& facts) {
  const ColimaProfile* profile = profile_of(facts);
  if (profile == nullptr || profile->status != "Broken") return std::nullopt;
  const std::string commands = format("colima stop --force {0} && colima start {0}", profile->name);
  return failed(format("Colima's profile '{}' is broken", profile->name), commands);
}

Look runtime_is_docker(const Facts& facts) {
  const ColimaProfile* profile = profile_of(facts);
  if (profile == nullptr || profile->runtime.empty()) return std::nullopt;
  if (profile->runtime == "docker") return fine(format("'{}' runs docker", profile->name));
  return failed(format("Colima's profile '{}' runs {} and no docker, for ever", profile->name,
                       profile->runtime),
                "Make another one: colima start -p NEW -r docker");
}

// `colima ssh nix-builder` runs a command of that name in the default profile.
Look profile_is_named_by_option(const Facts& facts) {
  if (!facts.client.colima) return std::nullopt;
  for (const ColimaProfile& profile : *facts.client.colima) {
    if (!facts.log.contains(format("{}: command not found", profile.name)) &&
        !facts.log.contains(format("{}: not found", profile.name)))
      continue;
    return warned(
        format("the log shows that '{}' was taken for a command", profile.name),
        format("colima ssh -p {} -- COMMAND: ssh takes no profile without -p", profile.name));
  }
  return std::nullopt;
}

Look root_disk_has_room(const Facts& facts) {
  if (facts.machine.kind != MachineKind::colima || !facts.guest) return std::nullopt;
  const auto root = facts.guest->disks.find("/");
  const auto nix = facts.guest->disks.find("/nix");
  if (root == facts.guest->disks.end()) return std::nullopt;
  const Disk& disk = nix == facts.guest->disks.end() ? root->second : nix->second;
  std::string seen =
      format("{} of {} are free for /nix", format_bytes(disk.free_bytes), format_bytes(disk.bytes));
  const MountPoint* mount = facts.guest->mount_of("/nix");
  const bool is_on_root = mount == nullptr || mount->path == "/";
  if (disk.free_bytes >= 10 * gibibyte && (!is_on_root || disk.bytes > 21 * gibibyte))
    return fine(std::move(seen));
  return warned(std::move(seen),
                "nix-collect-garbage frees some. To have more: colima start --root-disk 100 for a "
                "new profile, or /nix on the data disk.");
}

Look store_stays(const Facts& facts) {
  if (!facts.guest || !facts.builds_elsewhere()) return std::nullopt;
  const MountPoint* mount = facts.guest->mount_of("/nix");
  if (mount == nullptr) return std::nullopt;
  if (mount->type == "tmpfs" || mount->type == "ramfs") {
    return warned("/nix is in memory: it is gone when the machine stops",
                  "Build in a container beside the engine: --builder container.");
  }
  if (facts.machine.kind != MachineKind::colima) return std::nullopt;
  if (mount->path != "/") return fine("/nix survives stop and delete of the profile");
  return fine("/nix survives colima stop, and is lost on colima delete");
}

Look versions_are_new(const Facts& facts) {
  const std::string& text = facts.client.lima_version;
  if (text.empty()) {
    if (!facts.client.limactl_missing || !facts.client.colima) return std::nullopt;
    return failed("there is no limactl, which Colima needs", "brew install lima");
  }
  const auto version = nix::parse_version(text); // "limactl version 1.0.2"
  if (!version) return std::nullopt;
  if (version->at_least(0, 18)) return fine(format("Lima {}", version->text));
  return warned(format("Lima is {}, and Colima wants 0.18", version->text), "brew upgrade lima");
}

Look ssh_connection_is_fresh(const Facts& facts) {
  if (!facts.guest_error || !facts.machine.lima_instance) return std::nullopt;
  const std::string& words = facts.guest_error->detail();
  if (!words.contains("mux_client") && !words.contains("Control socket")) return std::nullopt;
  return failed("the ssh connection that Lima shares is stale",
                format("remove {}", (*facts.machine.lima_instance / "ssh.sock").string()));
}

constexpr std::array checks{
    Check{"K1", "Colima's profile runs", Probe::colima, profile_runs, "colima start PROFILE"},
    Check{"K2", "Colima's profile is whole", Probe::colima, profile_is_whole,
          "colima stop --force PROFILE && colima start PROFILE"},
    Check{"K3", "Colima's profile has docker", Probe::colima, runtime_is_docker,
          "The runtime of a profile never changes: colima start -p NEW -r docker"},
    Check{"K4", "Colima's profile is named by -p", Probe::colima, profile_is_named_by_option,
          "colima ssh -p PROFILE -- COMMAND: ssh takes no profile without -p"},
    Check{"K5", "Colima's disk has room", Probe::guest, root_disk_has_room,
          "nix-collect-garbage, or a new profile with --root-disk 100"},
    Check{"K6", "/nix stays", Probe::guest, store_stays,
          "/nix on Colima's root disk is lost on colima delete."},
    Check{"K7", "Lima is new enough", Probe::lima, versions_are_new, "brew upgrade lima colima"},
    Check{"K8", "ssh's shared connection is fresh", Probe::guest, ssh_connection_is_fresh,
          "limactl shell --reconnect INSTANCE true, or remove ssh.sock in its folder"},
};

} // namespace

std::span<const Check> colima_checks() {
  return checks;
}

} // namespace nixbuild::doctor
