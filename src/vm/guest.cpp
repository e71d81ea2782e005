#include "vm/guest.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::vm {

namespace {

// As binfmt's registrations are called by Lima, by Debian's and by Docker's qemu packages.
struct Registration {
  std::string_view name;
  std::string_view system;
};
constexpr std::array<Registration, 3> registrations{{{"rosetta", "x86_64-linux"},
                                                     {"qemu-x86_64", "x86_64-linux"},
                                                     {"qemu-aarch64", "aarch64-linux"}}};

} // namespace

bool GuestJournal::has(std::string_view entry) const {
  return std::ranges::find(entries, entry) != entries.end();
}

std::vector<std::string> GuestJournal::all(std::string_view key) const {
  std::vector<std::string> found;
  const std::string start = std::string(key) + " ";
  for (const std::string& entry : entries)
    if (entry.starts_with(start)) found.push_back(entry.substr(start.size()));
  return found;
}

bool Guest::single_user() const {
  return !nix.program.empty() && rights != Rights::root && !files.socket_unit &&
         !files.openrc_service && !nixos;
}

bool Guest::root_in_memory() const {
  return root_type == "tmpfs" || root_type == "ramfs" || root_type == "rootfs";
}

std::string Guest::system() const {
  return (machine == "arm64" ? "aarch64" : machine) + "-linux";
}

std::vector<std::string> Guest::emulated_systems() const {
  std::vector<std::string> systems;
  for (const Registration& known : registrations) {
    const bool works = std::ranges::any_of(emulators, [&](const Emulator& one) {
      return one.name == known.name && one.enabled && one.flags.contains('F');
    });
    const std::string foreign(known.system);
    if (works && foreign != system() && std::ranges::find(systems, foreign) == systems.end())
      systems.push_back(foreign);
  }
  return systems;
}

} // namespace nixbuild::vm
