#include "vm/guest.hpp"

#include "nix/emulation.hpp"

#include <algorithm>

namespace nixbuild::vm {

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
  for (const Emulator& one : emulators) {
    const std::string foreign = nix::system_of_emulator(one.name);
    const bool works = !foreign.empty() && one.enabled && one.flags.contains('F');
    if (works && foreign != system() && std::ranges::find(systems, foreign) == systems.end())
      systems.push_back(foreign);
  }
  return systems;
}

} // namespace nixbuild::vm
