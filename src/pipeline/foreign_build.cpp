#include "pipeline/foreign_build.hpp"

#include "nix/can_build.hpp"
#include "nix/emulation.hpp"
#include "oci/machine_platform.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::pipeline {

namespace {

bool can_build(const std::string& system, const BuildRequest& request, World& world,
               const CancelToken& cancel) {
  if (request.nix.builders && nix::machines_allow(*request.nix.builders, system)) return true;
  return nix::can_build(system, world.processes, world.environment, cancel);
}

std::string remedy(const oci::Platform& platform, const std::string& system) {
  const std::string elsewhere =
      format("name a machine that builds for it, as a builder of Nix (`--builders`) or as another "
             "context (`--builder {}=CONTEXT`)",
             platform.str());
  switch (nix::emulation_of(system)) {
  case nix::Emulation::everywhere:
    return format("An emulator for it is there: add `extra-platforms = {}` to nix.conf and start "
                  "the Nix daemon anew, or {}.",
                  system, elsewhere);
  case nix::Emulation::outside_of_sandbox:
    return format("The emulator that is registered for it is not found inside Nix's sandbox: "
                  "register it with the flag F, or add its folder to `extra-sandbox-paths` and {} "
                  "to `extra-platforms` in nix.conf; or {}.",
                  system, elsewhere);
  case nix::Emulation::none:
    break;
  }
  return format("Install an emulator (QEMU's user emulation with binfmt; in Colima `colima start "
                "--vz-rosetta`) and add `extra-platforms = {}` to nix.conf, or {}.",
                system, elsewhere);
}

} // namespace

void require_builder_for(const oci::Platform& platform, const std::string& derivation,
                         const std::string& output, const BuildRequest& request, nix::Nix& nix,
                         World& world, const CancelToken& cancel) {
  if (platform.architecture == oci::platform_of_this_machine().architecture) return;
  const std::string system = nix::system_of(platform);
  if (can_build(system, request, world, cancel)) return;
  // What is cross-compiled is built by another system's programs.
  const auto made_on = nix.build_system_of(derivation, cancel);
  if (made_on && *made_on != system) return;
  if (nix.what_would_be_built(derivation, output, request.nix, cancel).builds.empty()) return;
  throw Error(ErrorKind::unavailable,
              format("the Nix here does not build for {} ({})", platform.str(), system))
      .with_hint(remedy(platform, system));
}

} // namespace nixbuild::pipeline
