#include "doctor/check.hpp"
#include "nix/can_build.hpp"
#include "nix/emulation.hpp"
#include "nix/nix.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::doctor {

namespace {

using Look = std::optional<Outcome>;

// Nothing for a platform that Nix does not know.
std::optional<std::string> system_of(const oci::Platform& platform) {
  try {
    return nix::system_of(platform);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// As `nix config show` prints them.
std::string settings_text(const Facts& facts) {
  std::string text;
  const auto add = [&](const std::map<std::string, std::string>& settings) {
    for (const auto& [name, value] : settings)
      text += format("{} = {}\n", name, value);
  };
  if (facts.guest) add(facts.guest->settings);
  if (facts.builds_here()) add(facts.client.nix_settings);
  return text;
}

bool builds_for(const Facts& facts, const std::string& system) {
  const bool has_machine =
      facts.builds_here() && std::ranges::any_of(facts.client.machines, [&](const auto& machine) {
        return std::ranges::find(machine.systems, system) != machine.systems.end();
      });
  return has_machine || nix::settings_allow(settings_text(facts), system);
}

std::vector<const Emulator*> emulators(const Facts& facts) {
  std::vector<const Emulator*> found;
  if (!facts.guest) return found;
  for (const Emulator& emulator : facts.guest->emulators)
    if (emulator.enabled && !nix::system_of_emulator(emulator.name).empty() &&
        !nix::system_of_emulator(emulator.name).starts_with(facts.guest->machine + "-"))
      found.push_back(&emulator);
  return found;
}

// Another platform than the engine's, that the environment asks for.
std::optional<oci::Platform> foreign_platform(const Facts& facts) {
  if (!facts.engine) return std::nullopt;
  for (const char* variable : {"NIXBUILD_PLATFORM", "DOCKER_DEFAULT_PLATFORM"}) {
    std::string text = facts.environment.get(variable).value_or("");
    text = text.substr(0, text.find(','));
    if (text.empty()) continue;
    const auto platform = oci::Platform::parse(text);
    if (platform && platform->architecture != facts.engine->platform.architecture) return *platform;
    return std::nullopt;
  }
  return std::nullopt;
}

Look nix_builds_for_the_engine(const Facts& facts) {
  if (!facts.engine || !facts.guest || facts.guest->nix.empty()) return std::nullopt;
  if (facts.guest->settings.empty()) return std::nullopt;
  const auto system = system_of(facts.engine->platform);
  if (!system) return std::nullopt;
  if (builds_for(facts, *system)) return fine(*system);
  return failed(format("the engine is {}, and Nix on {} builds for {}",
                       facts.engine->platform.str(), facts.peer, facts.guest->setting("system")),
                format("Name a builder for {}, enable Rosetta or binfmt, or build for another "
                       "engine.",
                       *system));
}

Look other_platforms_start(const Facts& facts) {
  const auto foreign = foreign_platform(facts);
  const auto known = emulators(facts);
  if (foreign && facts.guest) {
    const std::string system = system_of(*foreign).value_or("");
    const bool is_emulated = std::ranges::any_of(known, [&](const Emulator* emulator) {
      return nix::system_of_emulator(emulator->name) == system;
    });
    if (!is_emulated && !builds_for(facts, system)) {
      return failed(format("{} is asked for, and nothing on {} starts its programs", foreign->str(),
                           facts.peer),
                    "colima start --vz-rosetta, or --binfmt; on the Mac softwareupdate "
                    "--install-rosetta");
    }
  }
  if (known.empty()) return std::nullopt;
  const auto open = std::ranges::find(known, false, &Emulator::fixed);
  if (open == known.end()) return fine(format("{} is ready", known.front()->name));
  return warned(format("{} was registered without the flag F", (*open)->name),
                "Sandboxes do not see its program then: register it anew with F, or add its folder "
                "to extra-sandbox-paths.");
}

Look nix_knows_other_platforms(const Facts& facts) {
  const auto foreign = foreign_platform(facts);
  for (const Emulator* emulator : emulators(facts)) {
    const std::string system = nix::system_of_emulator(emulator->name);
    if (builds_for(facts, system)) continue;
    Outcome outcome = warned(
        format("{} would start programs for {}, and Nix does not know", emulator->name, system),
        facts.or_by_setup(
            format("Add extra-platforms = {} to nix.conf and restart nix-daemon.", system)));
    if (foreign && system_of(*foreign) == system) outcome.severity = Severity::error;
    return outcome;
  }
  return std::nullopt;
}

Look sandboxes_have_rosetta(const Facts& facts) {
  for (const Emulator* emulator : emulators(facts)) {
    if (emulator->name != "rosetta" || facts.guest->setting("sandbox") != "true" ||
        !builds_for(facts, "x86_64-linux"))
      continue;
    const std::string folder =
        emulator->interpreter.substr(0, emulator->interpreter.find_last_of('/'));
    const std::string paths =
        facts.guest->setting("sandbox-paths") + " " + facts.guest->setting("extra-sandbox-paths");
    if (paths.contains(folder)) return fine(format("sandboxes have {}", folder));
    return warned(
        format("sandboxes do not have {}, where Rosetta is", folder),
        facts.or_by_setup(
            format("Add extra-sandbox-paths = {}? to nix.conf and restart nix-daemon.", folder)));
  }
  return std::nullopt;
}

// The architecture that Nix is for, or is told to be for; empty where that is nobody's business.
std::string foreign_architecture_of_nix(const Facts& facts) {
  const Guest* guest = facts.guest ? &*facts.guest : nullptr;
  // On a Mac Rosetta runs a Nix of either kind.
  if (guest == nullptr || guest->nix.empty() || (facts.builds_here() && facts.client.is_mac))
    return {};
  constexpr std::string_view suffix = "-linux";
  std::string architecture = guest->setting("system");
  if (!architecture.ends_with(suffix) || guest->machine.empty()) return {};
  architecture.resize(architecture.size() - suffix.size());
  // Programs of 32 bits run without an emulator.
  const bool is_smaller = architecture == "i686" || architecture.starts_with("armv");
  const bool is_its_own = architecture == (guest->machine == "arm64" ? "aarch64" : guest->machine);
  return is_smaller || is_its_own ? std::string() : architecture;
}

bool starts_programs_of(const Facts& facts, const std::string& architecture) {
  return std::ranges::any_of(emulators(facts), [&](const Emulator* emulator) {
    return nix::system_of_emulator(emulator->name) == architecture + "-linux";
  });
}

Look nix_is_not_emulated(const Facts& facts) {
  const std::string architecture = foreign_architecture_of_nix(facts);
  if (architecture.empty() || !starts_programs_of(facts, architecture)) return std::nullopt;
  std::string seen = format("Nix is for {}, and {} is {}: it is emulated", architecture, facts.peer,
                            facts.guest->machine);
  // The filter is for the machine's own kernel, which an emulator does not hand it to.
  if (facts.guest->setting("filter-syscalls") == "false")
    return warned(std::move(seen), "Use the Nix of the machine's own architecture: it is faster.");
  return failed(std::move(seen), "Use the Nix of the machine's own architecture, or set "
                                 "filter-syscalls = false, without which no build begins.");
}

// As --system does for one command.
Look system_is_the_machines(const Facts& facts) {
  const std::string architecture = foreign_architecture_of_nix(facts);
  if (architecture.empty() || starts_programs_of(facts, architecture)) return std::nullopt;
  return failed(format("system = {}-linux is set for Nix, and {} is {}", architecture, facts.peer,
                       facts.guest->machine),
                format("Leave it out, it lies about the machine: ask for "
                       ".#packages.{}-linux.NAME, for which a builder is found.",
                       architecture));
}

Look machine_has_kvm(const Facts& facts) {
  if (!facts.guest || facts.guest->nix.empty()) return std::nullopt;
  if (facts.guest->kvm) return fine("there is KVM, for runAsRoot");
  if (!facts.guest->setting_has("system-features", "kvm"))
    return fine("there is no KVM: images with runAsRoot are not built there");
  return warned("Nix believes that there is KVM, and /dev/kvm cannot be used",
                "Take kvm out of system-features, or colima start -z (M3 or newer, macOS 15).");
}

constexpr std::array checks{
    Check{"A1", "Nix builds for the engine", Probe::guest, nix_builds_for_the_engine,
          "Name the attribute of the engine's platform, such as .#packages.aarch64-linux.image."},
    Check{"A2", "other platforms' programs start", Probe::guest, other_platforms_start,
          "colima start --vz-rosetta, or --binfmt"},
    Check{"A3", "Nix knows the other platforms", Probe::guest, nix_knows_other_platforms,
          "Add extra-platforms = x86_64-linux to nix.conf."},
    Check{"A4", "sandboxes have Rosetta", Probe::guest, sandboxes_have_rosetta,
          "Add extra-sandbox-paths = /mnt/lima-rosetta? to nix.conf."},
    Check{"A5", "Nix is not emulated", Probe::guest, nix_is_not_emulated,
          "Use the Nix of the machine's own architecture."},
    Check{"A6", "--system is not used", Probe::guest, system_is_the_machines,
          "Ask for .#packages.SYSTEM.NAME; --system lies about the machine."},
    Check{"B1", "images with runAsRoot can be built", Probe::guest, machine_has_kvm,
          "Use fakeRootCommands with enableFakechroot in place of runAsRoot."},
    Check{"B2", "hashes are those of the sources", Probe::nobody, nullptr,
          "The tag upstream has moved: run nix-prefetch-docker, and pin the digest."},
    Check{"B3", "--rebuild is not used", Probe::nobody, nullptr,
          "--rebuild only compares two builds, and needs the first."},
};

} // namespace

std::span<const Check> platform_checks() {
  return checks;
}

} // namespace nixbuild::doctor
