#pragma once

#include "context/global_flags.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <string>
#include <vector>

namespace nixbuild::pipeline {

// The full attribute paths of the images that `flake` has for the platform of the engine that
// `docker` means, or where that does not answer of this machine. Throws an Error as
// nix::Nix::image_attributes does.
[[nodiscard]] std::vector<std::string> flake_images(const std::string& flake,
                                                    const context::GlobalFlags& docker,
                                                    World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
