#pragma once

#include "context/global_flags.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace nixbuild::plugin {

// The docker CLI's own flags in front of a plugin's name.
struct DockerFlags {
  context::GlobalFlags flags;
  bool help = false;              // -h, --help
  bool version = false;           // -v, --version
  std::size_t read_arguments = 0; // how many arguments they are, "--" included
};

// Reads them up to the first word (docker/cli cli/flags/options.go, cli/cobra.go). Throws an Error
// of kind usage.
[[nodiscard]] DockerFlags parse_docker_flags(std::span<const std::string> arguments);

} // namespace nixbuild::plugin
