#include "vm/guest.hpp"

#include <algorithm>
#include <array>
#include <utility>

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
  // As binfmt's registrations are called by Lima, by Debian's and by Docker's qemu packages.
  static constexpr std::array<std::pair<std::string_view, const char*>, 3> known{
      {{"rosetta", "x86_64-linux"},
       {"qemu-x86_64", "x86_64-linux"},
       {"qemu-aarch64", "aarch64-linux"}}};
  std::vector<std::string> systems;
  for (const auto& [name, system] : known) {
    const bool works = std::ranges::any_of(emulators, [&](const Emulator& one) {
      return one.name == name && one.enabled && one.flags.contains('F');
    });
    if (works && system != this->system() && std::ranges::find(systems, system) == systems.end())
      systems.emplace_back(system);
  }
  return systems;
}

} // namespace nixbuild::vm
