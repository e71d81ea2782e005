#pragma once

#include "nix/nix.hpp"
#include "oci/platform.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <string>

namespace nixbuild::pipeline {

// Told before the build and not after its first hour: that no Nix here builds for `platform` what
// has to be built of `output` of `derivation`. For this machine's own platform, and where
// everything is there or can be fetched, there is nothing to tell. Throws an Error of kind
// unavailable with what is missing: an emulator, the setting that lets Nix use it, or a builder.
void require_builder_for(const oci::Platform& platform, const std::string& derivation,
                         const std::string& output, const BuildRequest& request, nix::Nix& nix,
                         World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
