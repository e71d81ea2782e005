#pragma once

#include <string>
#include <string_view>

namespace nixbuild::devcontainer {

// A flake whose package devcontainer is the NixOS system of .devcontainer/configuration.nix.
extern const std::string_view nixos_flake;

// That configuration: NixOS as far as a container has use for it, with the user `user`.
[[nodiscard]] std::string nixos_configuration(const std::string& user);

// A flake whose package devcontainer is an image of dockerTools with what editors need.
extern const std::string_view image_flake;

} // namespace nixbuild::devcontainer
