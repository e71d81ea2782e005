#pragma once

#include "pipeline/run_all.hpp"
#include "plugin/compose_arguments.hpp"
#include "plugin/invocation.hpp"
#include "plugin/world.hpp"
#include "progress/mode.hpp"

#include <map>
#include <string>
#include <vector>

namespace nixbuild::plugin {

// What Nix builds for a command of Compose's.
struct ComposeImages {
  std::vector<pipeline::NamedRequest> requests; // none when it needs no images of Nix's
  std::string
      services; // that they are for, as built_services_variable (compose_command.hpp) has it
  std::map<std::string, std::string> images; // of all services that the command is about
};

// Asks Compose, whose argv is `program` up to its own arguments. Throws an Error as ask_compose()
// and service_requests() do, and of kind invalid_input for a project on standard input.
[[nodiscard]] ComposeImages compose_images(const std::vector<std::string>& program,
                                           const ComposeArguments& arguments,
                                           const Invocation& invocation, World& world);

// How the building is shown: as Compose's own --progress says.
[[nodiscard]] progress::Mode progress_of(const ComposeArguments& arguments);

} // namespace nixbuild::plugin
