#include "builder/any_shell.hpp"
#include "doctor/check.hpp"
#include "nix/discovery.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace nixbuild::doctor {

namespace {

using Look = std::optional<Outcome>;

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30U;

const Guest* guest_with_nix(const Facts& facts) {
  return facts.guest && !facts.guest->nix.empty() ? &*facts.guest : nullptr;
}

Fix on_guest(const Facts& facts, std::string what, const std::string& command) {
  Fix fix{.what = std::move(what), .argv = facts.to_guest};
  fix.argv.push_back(builder::for_any_shell(command));
  return fix;
}

Look nix_answers(const Facts& facts) {
  if (facts.guest_error) return failed(facts.guest_error->message(), facts.guest_error->hint());
  if (facts.builder_error)
    return failed(facts.builder_error->message(), facts.builder_error->hint());
  if (facts.builder == "container" && facts.to_guest.empty())
    return fine("Nix runs in a container that is made when it is first needed");
  if (!facts.guest) return std::nullopt;
  const Guest& guest = *facts.guest;
  if (guest.nix.empty()) {
    return failed(format("there is no Nix on {}", facts.peer),
                  facts.or_by_setup(format("Install it there: {}.", nix::install_command)));
  }
  return fine(format("{} on {} ({})", guest.nix_version, facts.peer, guest.nix));
}

Look xz_is_there(const Facts& facts) {
  if (!facts.guest || !facts.guest->nix.empty() || facts.guest->xz) return std::nullopt;
  return warned(
      format("there is no xz on {}, which the script of nixos.org/nix/install needs", facts.peer),
      "Use nix-installer, which does without, or: sudo apt-get update && sudo apt-get "
      "install -y xz-utils");
}

Look store_has_a_daemon(const Facts& facts) {
  const Guest* guest = guest_with_nix(facts);
  if (guest == nullptr || guest->user_id <= 0) return std::nullopt;
  if (guest->store_owner != guest->user_id) return fine("the store belongs to its daemon");
  return warned("Nix is installed for one user: the store is theirs",
                "The sandbox may be off then, as on Ubuntu 24.04; an installation with a daemon "
                "has it.");
}

Look daemon_answers(const Facts& facts) {
  const Guest* guest = guest_with_nix(facts);
  if (guest == nullptr) return std::nullopt;
  if (guest->store_error.empty()) return fine("the store answers");
  const std::string command = "sudo systemctl enable --now nix-daemon.socket";
  if (guest->daemon_unit.empty())
    return failed(guest->store_error, format("Start the Nix daemon on {}.", facts.peer));
  return failed(guest->store_error, command,
                on_guest(facts, format("{} on {}", command, facts.peer), command));
}

Look nix_is_in_path(const Facts& facts) {
  const Guest* guest = guest_with_nix(facts);
  if (guest == nullptr || guest->nix_in_path) return std::nullopt;
  return fine("Nix is only in the PATH of logins there; it is called by its path");
}

Look features_are_on(const Facts& facts) {
  const Guest* guest = guest_with_nix(facts);
  if (guest == nullptr) return std::nullopt;
  // Determinate Nix has flakes without a setting.
  if (guest->nix_version.contains("Determinate") ||
      (guest->nix_commands && guest->setting_has("experimental-features", "flakes")))
    return fine("flakes are on");
  return warned(
      "flakes are off in nix.conf; this plugin turns them on for itself",
      facts.or_by_setup(
          "Add experimental-features = nix-command flakes to /etc/nix/nix.custom.conf, else "
          "/etc/nix/nix.conf."));
}

Look user_is_trusted(const Facts& facts) {
  const Guest* guest = guest_with_nix(facts);
  if (guest == nullptr || !guest->trusted) return std::nullopt;
  if (*guest->trusted) return fine(guest->user);
  return warned(format("Nix does not trust {}: caches that are asked for are ignored", guest->user),
                facts.or_by_setup(format(
                    "Add trusted-users = root {} to /etc/nix/nix.custom.conf, else "
                    "/etc/nix/nix.conf, and sudo systemctl restart nix-daemon. It equals root.",
                    guest->user)));
}

Look builds_are_sandboxed(const Facts& facts) {
  const Guest* guest = guest_with_nix(facts);
  if (guest == nullptr || (facts.builds_here() && facts.client.is_mac)) return std::nullopt;
  const std::string sandbox = guest->setting("sandbox");
  if (sandbox.empty()) return std::nullopt;
  if (sandbox == "true") return fine("builds are sandboxed");
  return warned(format("sandbox = {} in nix.conf: builds see the machine", sandbox),
                "Set sandbox = true and sandbox-fallback = false, or accept impure builds.");
}

Look store_has_room(const Facts& facts) {
  if (!facts.guest) return std::nullopt;
  const auto& disks = facts.guest->disks;
  auto disk = disks.find("/nix");
  if (disk == disks.end()) disk = disks.find("/");
  if (disk == disks.end()) return std::nullopt;
  const std::uint64_t free = disk->second.free_bytes;
  std::string seen = format("{} are free for /nix on {}", format_bytes(free), facts.peer);
  if (free >= 5 * gibibyte) return fine(std::move(seen));
  std::string remedy = "nix-collect-garbage there. That itself needs a little space.";
  std::optional<Fix> fix;
  if (const Guest* guest = guest_with_nix(facts)) {
    const std::string program =
        guest->nix.substr(0, guest->nix.rfind('/')) + "/nix-collect-garbage";
    const bool is_plain = std::ranges::all_of(program, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '/' || c == '-' || c == '.' || c == '_';
    });
    if (is_plain)
      fix = on_guest(facts, format("collect garbage in the Nix store of {}", facts.peer), program);
  }
  if (free < gibibyte) return failed(std::move(seen), std::move(remedy), std::move(fix));
  return warned(std::move(seen), std::move(remedy), std::move(fix));
}

std::string remedy_of_silence(const Facts& facts, const std::string& words) {
  if (words.contains("certificate"))
    return "The company's CA is not known there: set ssl-cert-file in nix.conf.";
  std::string remedy = "Is there a network, a name server, or is a proxy needed?";
  if (facts.machine.kind == context::MachineKind::colima)
    remedy += " colima start --env https_proxy=…";
  return remedy;
}

Look network_is_there(const Facts& facts) {
  const Guest* guest = guest_with_nix(facts);
  if (guest == nullptr || guest->caches.empty()) return std::nullopt;
  const auto answers = [](const CacheAnswer& cache) { return cache.status != 0; };
  const auto silent = std::ranges::find_if_not(guest->caches, answers);
  if (silent == guest->caches.end()) return fine("the caches can be reached");
  const std::string seen =
      format("{} cannot be reached from {}: {}", silent->url, facts.peer, silent->words);
  // What is there already is built without one.
  return warned(seen, remedy_of_silence(facts, silent->words));
}

constexpr std::array checks{
    Check{"N1", "Nix answers", Probe::guest, nix_answers, nix::install_command},
    Check{"N2", "xz is there", Probe::guest, xz_is_there,
          "sudo apt-get update && sudo apt-get install -y xz-utils, or use nix-installer"},
    Check{"N3", "the store has a daemon", Probe::guest, store_has_a_daemon,
          "Install Nix with its daemon."},
    Check{"N4", "Nix's daemon answers", Probe::guest, daemon_answers,
          "sudo systemctl enable --now nix-daemon.socket"},
    Check{"N5", "Nix is found", Probe::guest, nix_is_in_path, "This plugin calls Nix by its path."},
    Check{"N6", "flakes are on", Probe::guest, features_are_on,
          "Add experimental-features = nix-command flakes to nix.conf."},
    Check{"N7", "Nix trusts the user", Probe::guest, user_is_trusted,
          "Add trusted-users = root USER to nix.conf and restart nix-daemon."},
    Check{"N8", "builds are sandboxed", Probe::guest, builds_are_sandboxed,
          "Set sandbox = true and sandbox-fallback = false."},
    Check{"N9", "the store has room", Probe::guest, store_has_room, "nix-collect-garbage"},
    Check{"N10", "the network is there", Probe::guest, network_is_there,
          "Upstream sources may be gone for a while, while caches answer: try again. A proxy of "
          "Colima: colima start --env https_proxy=…; a company's CA: ssl-cert-file in nix.conf."},
};

} // namespace

std::span<const Check> nix_checks() {
  return checks;
}

} // namespace nixbuild::doctor
