#include "doctor/check.hpp"
#include "nix/nix.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace nixbuild::doctor {

namespace json = boost::json;

namespace {

using Look = std::optional<Outcome>;

constexpr int linux_builder_port = 31022;
constexpr int rosetta_builder_port = 31122;
constexpr std::int64_t usual_memory = 8589934592;

// Builders here matter where Nix here builds; where the engine's machine does, they are spare.
Outcome trouble(const Facts& facts, std::string seen, std::string remedy) {
  return facts.builds_elsewhere() ? warned(std::move(seen), std::move(remedy))
                                  : failed(std::move(seen), std::move(remedy));
}

bool is_linux_builder(const RemoteMachine& machine) {
  return machine.host() == "linux-builder" || machine.port() == "31022" ||
         machine.uri.contains("31022");
}

bool has_linux_builder(const Facts& facts) {
  return facts.client.linux_builder_alias ||
         std::ranges::any_of(facts.client.machines, is_linux_builder);
}

template <class Wrong>
const RemoteMachine* machine_that(const Facts& facts, Wrong&& wrong) {
  const auto found = std::ranges::find_if(facts.client.machines, wrong);
  return found == facts.client.machines.end() ? nullptr : &*found;
}

Look linux_builder_runs(const Facts& facts) {
  if (!has_linux_builder(facts)) return std::nullopt;
  if (facts.client.listening.contains(linux_builder_port))
    return fine("linux-builder listens on port 31022");
  return trouble(facts, "nothing listens on 127.0.0.1:31022, where linux-builder should",
                 "sudo launchctl kickstart -k system/org.nixos.linux-builder");
}

Look key_can_be_read(const Facts& facts) {
  for (const auto& [file, state] : facts.client.keys) {
    if (!state.exists) {
      return trouble(facts, format("the key {} is not there", file),
                     "Start the builder once, it installs the key. The daemon reads it as root: "
                     "that you can use it by ssh proves nothing.");
    }
    if (state.for_others) {
      return trouble(facts, format("others may read the key {}, which ssh refuses", file),
                     format("sudo chmod 600 {}", file));
    }
  }
  if (facts.client.keys.empty()) return std::nullopt;
  return fine("the keys of the builders are there");
}

Look alias_is_known(const Facts& facts) {
  const RemoteMachine* machine =
      machine_that(facts, [](const RemoteMachine& one) { return one.host() == "linux-builder"; });
  if (machine == nullptr) return std::nullopt;
  if (facts.client.linux_builder_alias) return fine("ssh knows linux-builder");
  return trouble(facts, format("the name linux-builder of {} does not resolve", machine->uri),
                 "/etc/ssh/ssh_config.d/100-linux-builder.conf gives it: Host linux-builder, "
                 "Hostname localhost, Port 31022, User builder, IdentityFile "
                 "/etc/nix/builder_ed25519.");
}

Look port_is_understood(const Facts& facts) {
  const RemoteMachine* machine =
      machine_that(facts, [](const RemoteMachine& one) { return one.port().has_value(); });
  if (machine == nullptr) return std::nullopt;
  const auto version = nix::parse_version(facts.client.nix_version);
  if (!version || version->at_least(2, 31)) return fine("ports in builders are understood");
  return trouble(
      facts,
      format("{} names a port, which Nix {} does not understand", machine->uri, version->text),
      "Name a host of ssh_config, where Port is; HOST:PORT needs Nix 2.31.");
}

Look options_are_known(const Facts& facts) {
  const RemoteMachine* machine = machine_that(
      facts, [](const RemoteMachine& one) { return one.uri.contains("ssh-options="); });
  if (machine == nullptr) return std::nullopt;
  return trouble(facts, format("{} has ssh-options, which Nix does not know", machine->uri),
                 "Put Port into an entry of ssh_config, and name its host.");
}

Look host_key_is_known(const Facts& facts) {
  const RemoteMachine* machine = machine_that(facts, [](const RemoteMachine& one) {
    return one.uri.starts_with("ssh") && !one.host_key && one.host() != "rosetta-builder";
  });
  if (machine == nullptr) return std::nullopt;
  return warned(format("{} has no host key: root's known_hosts decides", machine->uri),
                "Put base64 of its public host key into column 8; the daemon cannot ask.");
}

Look builders_are_used(const Facts& facts) {
  const bool meant = facts.client.machines_file || facts.client.linux_builder_alias ||
                     facts.client.rosetta_builder_alias;
  if (!meant || !facts.client.has_nix) return std::nullopt;
  if (!facts.client.machines.empty())
    return fine(format("Nix knows {} builders", facts.client.machines.size()));
  return trouble(facts, "there is a Linux builder, and Nix knows none: builders is empty",
                 facts.client.determinate
                     ? "nix-darwin ignores nix.buildMachines with nix.enable = false: use "
                       "determinateNix.buildMachines and determinateNix.distributedBuilds."
                     : "Set builders = @/etc/nix/machines, and list the builder there.");
}

Look linux_builder_has_room(const Facts& facts) {
  const auto& disk = facts.client.linux_builder_disk;
  if (!disk || !has_linux_builder(facts)) return std::nullopt;
  std::string seen = format("{} of the {} of linux-builder's disk are not in use",
                            format_bytes(disk->free_bytes), format_bytes(disk->bytes));
  if (disk->free_bytes > disk->bytes / 20) return fine(std::move(seen));
  return warned(std::move(seen),
                "Builds there end for want of space: set virtualisation.diskSize of "
                "nix.linux-builder.config once it runs, and ephemeral = true.");
}

// Its activation stops where both are there (nix-darwin modules/system/checks.nix).
Look one_looks_after_nix(const Facts& facts) {
  if (!facts.client.determinate) return std::nullopt;
  if (!facts.client.darwin_has_nix) return fine("Determinate Nix looks after Nix");
  return warned("Determinate Nix is installed, and nix-darwin looks after Nix, too",
                "Set nix.enable = false in nix-darwin's configuration, and in place of "
                "nix.linux-builder determinateNix.nixosVmBasedLinuxBuilder; or uninstall "
                "Determinate Nix.");
}

// A member of the object "builder" in Determinate's config.json; null when there is none.
json::value builder_member(const Determinate& determinate, std::string_view name) {
  boost::system::error_code error;
  const json::value config = json::parse(determinate.config, error);
  const json::value* builder =
      error || !config.is_object() ? nullptr : config.get_object().if_contains("builder");
  const json::value* member = builder == nullptr || !builder->is_object()
                                  ? nullptr
                                  : builder->get_object().if_contains(name);
  return member == nullptr ? json::value(nullptr) : *member;
}

bool is_enabled(const Determinate& determinate) {
  return builder_member(determinate, "state") == json::value("enabled");
}

bool is_granted(const Determinate& determinate) {
  return determinate.version.contains("native-linux-builder");
}

Look native_builder_is_granted(const Facts& facts) {
  const auto& determinate = facts.client.determinate;
  if (!determinate || (!is_granted(*determinate) && !is_enabled(*determinate))) return std::nullopt;
  if (is_granted(*determinate)) return fine("Determinate's native Linux builder is granted");
  return trouble(facts, "the native Linux builder is enabled, and not granted to your account",
                 "Write to support@determinate.systems with the name of your FlakeHub account. "
                 "Setting state = enabled does not grant it.");
}

Look user_is_logged_in(const Facts& facts) {
  const auto& determinate = facts.client.determinate;
  if (!determinate || determinate->status.empty()) return std::nullopt;
  if (!determinate->status.contains("logged-out")) return fine("logged in at FlakeHub");
  if (!is_enabled(*determinate) && !is_granted(*determinate)) return std::nullopt;
  return trouble(facts, "Determinate Nix is logged out, and so has no native Linux builder",
                 "determinate-nixd login");
}

Look native_builder_is_enabled(const Facts& facts) {
  const auto& determinate = facts.client.determinate;
  if (!determinate || !is_granted(*determinate)) return std::nullopt;
  const auto external = facts.client.nix_settings.find("external-builders");
  const bool is_known = external == facts.client.nix_settings.end() || external->second != "[]";
  if (is_enabled(*determinate) && is_known) return fine("the native Linux builder is enabled");
  return trouble(facts, "the native Linux builder is granted, and not in use",
                 R"(Put {"builder": {"state": "enabled"}} into /etc/determinate/config.json, then )"
                 "sudo launchctl kickstart -k system/systems.determinate.nix-daemon");
}

Look native_builder_has_room(const Facts& facts) {
  const auto& determinate = facts.client.determinate;
  if (!determinate || !is_enabled(*determinate)) return std::nullopt;
  const json::value memory = builder_member(*determinate, "memoryBytes");
  const std::int64_t bytes = memory.is_int64() ? memory.get_int64() : usual_memory;
  std::string seen =
      format("the native Linux builder has {} for memory and disk together",
             format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0))));
  if (bytes > usual_memory) return fine(std::move(seen));
  return warned(std::move(seen),
                "Large builds fill that: raise builder.memoryBytes in "
                "/etc/determinate/config.json, leave cpuCount at 1, then sudo launchctl kickstart "
                "-k system/systems.determinate.nix-daemon");
}

Look rosetta_builder_runs(const Facts& facts) {
  const bool is_meant =
      facts.client.rosetta_builder_alias || machine_that(facts, [](const RemoteMachine& one) {
                                              return one.host() == "rosetta-builder";
                                            }) != nullptr;
  if (!is_meant) return std::nullopt;
  if (facts.client.listening.contains(rosetta_builder_port))
    return fine("rosetta-builder listens on port 31122");
  return trouble(facts, "nothing listens on 127.0.0.1:31122, where rosetta-builder should",
                 "sudo launchctl kickstart -k system/org.nixos.rosetta-builderd; with onDemand the "
                 "first build may fail while it starts: repeat it.");
}

constexpr std::array checks{
    Check{"L1", "linux-builder runs", Probe::nobody, linux_builder_runs,
          "sudo launchctl kickstart -k system/org.nixos.linux-builder"},
    Check{"L2", "the builders' keys can be read", Probe::nobody, key_can_be_read,
          "Start the builder once, it installs /etc/nix/builder_ed25519 for root."},
    Check{"L3", "the name linux-builder resolves", Probe::nobody, alias_is_known,
          "/etc/ssh/ssh_config.d/100-linux-builder.conf gives that name."},
    Check{"L4", "builders' ports are understood", Probe::client_nix, port_is_understood,
          "Name a host of ssh_config; HOST:PORT needs Nix 2.31."},
    Check{"L5", "builders' options are known", Probe::client_nix, options_are_known,
          "Nix knows no ssh-options: put Port into ssh_config."},
    Check{"L6", "builders' host keys are known", Probe::client_nix, host_key_is_known,
          "Put base64 of the public host key into column 8."},
    Check{"L7", "builders are used", Probe::client_nix, builders_are_used,
          "With nix.enable = false use determinateNix.buildMachines."},
    Check{"L8", "Determinate Nix and linux-builder get along", Probe::determinate,
          one_looks_after_nix,
          "Use determinateNix.nixosVmBasedLinuxBuilder, or the machine of your Docker engine."},
    Check{"L9", "linux-builder's disk has room", Probe::client_nix, linux_builder_has_room,
          "Set virtualisation.diskSize once it runs, and ephemeral = true."},
    Check{"T1", "the native builder is granted", Probe::determinate, native_builder_is_granted,
          "Write to support@determinate.systems; state = enabled does not grant it."},
    Check{"T2", "Determinate Nix is logged in", Probe::determinate, user_is_logged_in,
          "determinate-nixd login"},
    Check{"T3", "the native builder is enabled", Probe::determinate, native_builder_is_enabled,
          "Set builder.state to enabled in /etc/determinate/config.json."},
    Check{"T4", "the native builder has room", Probe::determinate, native_builder_has_room,
          "Raise builder.memoryBytes in /etc/determinate/config.json."},
    Check{"R1", "rosetta-builder runs", Probe::nobody, rosetta_builder_runs,
          "Repeat the build while it starts; see ha.stderr.log in its folder."},
    Check{"R2", "rosetta-builder could be built", Probe::nobody, nullptr,
          "Leave its import out, enable nix.linux-builder, switch, and swap."},
    Check{"R3", "rosetta-builder's image is in a cache", Probe::nobody, nullptr,
          "docker nixbuild cache check --vm-image tells; other options give another image than the "
          "cached one."},
};

} // namespace

std::span<const Check> builder_checks() {
  return checks;
}

} // namespace nixbuild::doctor
