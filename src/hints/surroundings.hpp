#pragma once

#include <filesystem>

namespace nixbuild::hints {

// What of ours there is in a folder.
struct Surroundings {
  bool flake = false;     // flake.nix
  bool result = false;    // the link that nix build leaves
  bool compose = false;   // a Compose file
  bool extension = false; // … with x-nixbuild
  bool provider = false;  // … with a service of our provider
};

// Looks without throwing and without waiting: at names, and into Compose files of ordinary size.
[[nodiscard]] Surroundings surroundings_of(const std::filesystem::path& folder) noexcept;

} // namespace nixbuild::hints
