#pragma once

#include "support/environment.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace nixbuild::plugin {

// What a `docker build` whose --file is a flake.nix or another .nix file means to us.
struct NixBuild {
  std::vector<std::string> arguments; // of our own `build`
  std::vector<std::string> ignored;   // options that mean nothing to Nix: "--no-cache"
};

// Translates the arguments behind `docker build` (docker/buildx docs/reference/buildx_build.md):
// --target is the attribute, --build-arg an argument of the expression, and the others are those of
// build that are called so. --file is relative to `folder`, else to the build context. Nothing when
// it is a build for buildx. Throws an Error of kind usage or invalid_input for one that is ours and
// asks for what there is no counterpart of.
[[nodiscard]] std::optional<NixBuild> nix_build_of(std::span<const std::string> arguments,
                                                   const Environment& environment,
                                                   const std::filesystem::path& folder);

} // namespace nixbuild::plugin
