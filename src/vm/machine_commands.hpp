#pragma once

#include "vm/machines.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The command lines of colima (abiosoft/colima cmd/) and limactl (lima-vm/lima cmd/limactl/).
namespace nixbuild::vm {

using CommandLine = std::vector<std::string>;

// A machine that is to be made. The sizes suit builds by Nix: /nix is on the root disk.
struct NewMachine {
  std::string name = "default";
  std::uint64_t cpus = 4;
  std::uint64_t memory = 8;     // GiB
  std::uint64_t disk = 100;     // GiB; of the engine, with Colima
  std::uint64_t root_disk = 60; // GiB; Colima's
  bool rosetta = false;
  std::vector<std::string> mounts; // "PATH", "PATH:w"; none: the tool's own
};

// Why no machine can be called so; nothing when it can.
[[nodiscard]] std::optional<std::string> why_no_machine_name(std::string_view name);

struct ColimaVersion {
  bool has_root_disk = true; // since 0.9
};

// Reads what `colima version` prints. Throws an Error of kind invalid_input for a version that is
// too old: before 0.6 its machines had another system and other folders. One that has no number is
// built from the newest sources.
[[nodiscard]] ColimaVersion parse_colima_version(std::string_view text);

// Makes it and starts it.
[[nodiscard]] CommandLine colima_create(const NewMachine& machine, const ColimaVersion& version);
[[nodiscard]] CommandLine lima_create(const NewMachine& machine);

enum class Action { start, stop, restart, remove };

// What does it, in order. `force`: without waiting for the machine; `data`: what Colima keeps of a
// machine that is deleted goes, too.
[[nodiscard]] std::vector<CommandLine> commands_for(Action action, const VirtualMachine& machine,
                                                    bool force = false, bool data = false);

// Why a machine that there is already cannot be the one that is wanted; nothing when it can.
[[nodiscard]] std::optional<std::string> why_unfit(const VirtualMachine& machine);

} // namespace nixbuild::vm
