#pragma once

#include "support/environment.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace nixbuild::nix {

// Where Nix's installers put its programs, as a shell reads it ("~" is the home folder). A shell
// without a login (ssh, a service, a GUI) does not have them in its PATH.
inline constexpr std::array<std::string_view, 4> profile_folders{
    "/nix/var/nix/profiles/default/bin", "~/.nix-profile/bin", "~/.local/state/nix/profile/bin",
    "/run/current-system/sw/bin"};

// Puts Nix onto a Linux machine that has systemd, with a daemon (NixOS/nix-installer). Unlike the
// script of nixos.org it needs no xz, which Colima's machines do not have.
inline constexpr std::string_view install_command =
    "curl -sSfL https://artifacts.nixos.org/nix-installer | sh -s -- install linux --no-confirm";
// The script in it, which fetches the installer for the machine that it runs on.
inline constexpr std::string_view installer_address = "https://artifacts.nixos.org/nix-installer";

// Commands for a shell, without line breaks, single quotes and exclamation marks: $nix becomes the
// program that find_nix() would find there, or empty.
[[nodiscard]] std::string find_nix_in_shell();

// The `nix` program: of PATH, or of profile_folders. Throws an Error of kind not_found.
[[nodiscard]] std::filesystem::path find_nix(const Environment& environment);

// The nix-store of the same installation.
[[nodiscard]] std::filesystem::path nix_store_beside(const std::filesystem::path& nix);

} // namespace nixbuild::nix
