#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::vm {

// The installer of Nix as a file of this machine (NixOS/nix-installer: a program that carries Nix
// with it, or the script that fetches it).
struct Installer {
  std::filesystem::path path;
  std::uint64_t size = 0;
};

// What its file is called beside the plugin: "nix-installer-aarch64-linux".
[[nodiscard]] std::string installer_name(const std::string& system);

// The first of `folders` that has one for `system`; nothing: it has to come from the internet.
[[nodiscard]] std::optional<Installer>
find_installer(const std::vector<std::filesystem::path>& folders, const std::string& system);

// The file that the user named. Throws an Error: not_found; invalid_input for a program that is
// not for `system`.
[[nodiscard]] Installer open_installer(const std::filesystem::path& file,
                                       const std::string& system);

} // namespace nixbuild::vm
