#pragma once

#include "support/environment.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::cache {

// What nix.conf(5) says of caches, the extra- settings included.
struct NixSettings {
  std::vector<std::string> substituters{"https://cache.nixos.org/"};
  std::vector<std::string> public_keys{
      "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="};
  std::optional<std::string> netrc_file;
};

// What a file that is included has, by its path as it is written; nothing when it cannot be read.
using IncludedFile = std::function<std::optional<std::string>(const std::string& path)>;

// Changes `settings` as the lines of a nix.conf say. What cannot be understood is passed over, as
// it is none of ours.
void apply_nix_conf(NixSettings& settings, std::string_view text, const IncludedFile& included);

// Of the user on this machine: nix.conf of the system, those of the user, NIX_CONFIG.
[[nodiscard]] NixSettings nix_settings(const Environment& environment);

// What the netrc file of `settings` has; nothing when there is none or it is not ours to read.
[[nodiscard]] std::string netrc_text(const NixSettings& settings);

} // namespace nixbuild::cache
