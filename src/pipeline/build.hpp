#pragma once

#include "nix/nix.hpp"
#include "oci/platform.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <optional>

namespace nixbuild::pipeline {

// The file that `request` builds for `platform`: evaluated once, realised by its derivation, kept
// from the garbage collector. Nothing when a dry run stopped before building; what would be done
// was then reported. Throws an Error as nix::Nix does.
[[nodiscard]] std::optional<std::filesystem::path> build(const BuildRequest& request,
                                                         const oci::Platform& platform,
                                                         World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
