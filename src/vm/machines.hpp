#pragma once

#include "process/runner.hpp"
#include "support/cancel.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::vm {

// A program that makes virtual machines.
enum class Tool { colima, lima };

// "Colima", "Lima".
[[nodiscard]] std::string to_string(Tool tool);

// A virtual machine, also one that is stopped.
struct VirtualMachine {
  Tool tool = Tool::colima;
  std::string name;   // Colima's profile, Lima's instance
  std::string status; // Lima's: "Running", "Stopped", "Broken", …
  std::string arch;
  std::uint64_t cpus = 0;
  std::uint64_t memory = 0; // bytes
  std::uint64_t disk = 0;   // bytes
  std::string runtime;      // of Colima: "docker", "containerd", …; may be empty while stopped
  std::string folder;       // of Lima
  [[nodiscard]] bool runs() const { return status == "Running"; }
};

// What the docker context of a machine is called: Colima's own rule, and Lima's advice.
[[nodiscard]] std::string context_of(Tool tool, const std::string& name);

// A profile as Colima understands it when it is typed: "colima-work" is "work", "colima" is
// "default" (abiosoft/colima config/profile.go).
[[nodiscard]] std::string profile_named(std::string_view typed);

// Reads the output of `limactl list --json` (lima pkg/limatype/lima_instance.go). What cannot be
// read is left out.
[[nodiscard]] std::vector<VirtualMachine> parse_lima_list(std::string_view lines);

// The machines of a tool; nothing when it is not installed. Throws an Error of kind failed when it
// does not answer.
[[nodiscard]] std::optional<std::vector<VirtualMachine>>
machines_of(Tool tool, process::Runner& runner, const CancelToken& cancel);

} // namespace nixbuild::vm
