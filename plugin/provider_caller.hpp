#pragma once

#include "compose/project_directory.hpp"
#include "context/global_flags.hpp"

#include <span>
#include <string>

namespace nixbuild::plugin {

// The engine and the project that a Compose works on: it tells neither to its providers.
struct ProviderCaller {
  context::GlobalFlags docker;
  compose::ProjectPlace place;
};

// Told from Compose's own command line (process::arguments_of_parent), as a plugin's
// ("docker-compose --context far compose -f dev.yaml up") or standing alone. Nothing special where
// it is another program's, or none.
[[nodiscard]] ProviderCaller provider_caller(std::span<const std::string> command_line);

} // namespace nixbuild::plugin
