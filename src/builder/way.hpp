#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::builder {

// How a command gets to where Nix is to run.
struct Way {
  std::vector<std::string> argv; // the command follows as one last argument, for a shell there
  std::string peer;              // what is there, for people: "Colima default"
  // The engine's socket there; nothing: what the docker CLI uses there.
  std::optional<std::string> engine_socket;
};

} // namespace nixbuild::builder
