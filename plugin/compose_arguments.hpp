#pragma once

#include "compose/project_directory.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace nixbuild::plugin {

// A command line of `docker compose`, as far as it says which images it needs. All of it but
// --watch and --recreate goes to Compose in the end, which is the one to complain of what is wrong
// with it.
struct ComposeArguments {
  bool watch = false;                 // ours, and before the command
  bool recreate = false;              // so is this one
  std::vector<std::string> forwarded; // all but ours, as typed
  std::vector<std::string> global;    // of these what stands before the command
  compose::ProjectPlace place;
  std::optional<std::string> progress; // --progress, before the command
  bool dry_run = false;
  std::string command;               // empty when there is none
  bool needs_images = false;         // the command starts or builds services
  bool knows_services = true;        // else there is an option that is new to us
  std::vector<std::string> services; // that it names; none: all
  bool without_dependencies = false;
  bool detached = false;                   // `up` ends when the containers run
  std::vector<std::string> for_recreation; // options of `up` that say how containers are re-created
};

// `arguments` are those behind the word compose.
[[nodiscard]] ComposeArguments parse_compose_arguments(std::span<const std::string> arguments);

} // namespace nixbuild::plugin
