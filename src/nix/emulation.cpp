#include "nix/emulation.hpp"

#include "support/error.hpp"
#include "support/files.hpp"

#include <string_view>
#include <vector>

namespace nixbuild::nix {

namespace {

// The names that emulators for it are registered under: qemu's, and Apple's for amd64.
std::vector<std::string> names_of(const std::string& system) {
  std::vector<std::string> names{"qemu-" + system.substr(0, system.find('-'))};
  if (system == "i686-linux") names.emplace_back("qemu-i386");
  if (system == "armv7l-linux" || system == "armv6l-linux") names.emplace_back("qemu-arm");
  if (system == "x86_64-linux") names.emplace_back("rosetta");
  return names;
}

std::string text_of(const std::filesystem::path& file) {
  try {
    return read_file(file);
  } catch (const Error&) {
    return {};
  }
}

bool has_flag(std::string_view registration, char flag) {
  constexpr std::string_view word = "\nflags: ";
  const std::size_t at = registration.find(word);
  if (at == std::string_view::npos) return false;
  registration.remove_prefix(at + word.size());
  return registration.substr(0, registration.find('\n')).contains(flag);
}

} // namespace

Emulation emulation_of(const std::string& system, const std::filesystem::path& binfmt) {
  Emulation best = Emulation::none;
  for (const std::string& name : names_of(system)) {
    const std::string registration = text_of(binfmt / name);
    if (!registration.starts_with("enabled")) continue;
    if (has_flag(registration, 'F')) return Emulation::everywhere;
    best = Emulation::outside_of_sandbox;
  }
  return best;
}

std::string system_of_emulator(std::string_view name) {
  if (name == "rosetta" || name == "qemu-x86_64") return "x86_64-linux";
  return name == "qemu-aarch64" ? "aarch64-linux" : "";
}

} // namespace nixbuild::nix
