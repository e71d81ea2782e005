#pragma once

#include "engine/engine.hpp"
#include "pipeline/builders.hpp"
#include "support/error.hpp"
#include "vm/guest.hpp"
#include "vm/machines.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nixbuild::plugin {

// What `vm status` finds. What could not be asked is absent, and its error says why.
struct VmStatus {
  std::optional<vm::VirtualMachine> machine; // of Colima or Lima
  std::string context;                       // empty: none while it is stopped
  std::string endpoint;
  std::string peer; // for people
  std::optional<engine::Facts> engine;
  std::optional<Error> engine_error;
  std::optional<vm::Guest> guest;
  std::optional<Error> guest_error;
  std::optional<std::uint64_t> store_bytes;
  // Where no command gets into the machine: the container that has Nix.
  std::optional<pipeline::BuilderState> container;
  [[nodiscard]] bool healthy() const {
    const bool has_nix = container ? container->status == "running" : guest && guest->nix.works;
    return engine && has_nix;
  }
};

[[nodiscard]] std::string vm_status_text(const VmStatus& status);
[[nodiscard]] std::string vm_status_json(const VmStatus& status);

} // namespace nixbuild::plugin
