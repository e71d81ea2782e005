#pragma once

#include "builder/way.hpp"
#include "doctor/facts.hpp"
#include "process/runner.hpp"
#include "support/cancel.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace nixbuild::doctor {

// Where Nix would run for a build.
struct ChosenWay {
  std::string builder;               // as Facts::builder
  std::optional<builder::Way> way;   // nothing: no command gets there (yet), or it is this machine
  std::string container_volume = {}; // of a builder's container
  std::string container_image = {};
};

// Everything outside that is asked.
struct Surroundings {
  process::Runner& processes;
  engine::Engine* engine = nullptr; // none where there is no context
  // Where a build would run; asked once the engine has answered.
  std::function<ChosenWay(const CancelToken&)> choose;
  std::filesystem::path root = "/"; // of this machine's files
  std::filesystem::path folder;     // the current one
  std::chrono::milliseconds limit{8'000};
};

// Adds to `facts`, whose members about the context and the environment are filled in, what the
// engine, the machine where Nix runs and the tools of this one say: each asked beside the others.
// Who says nothing within the limit is left out, as Facts::silent tells. Throws an Error of kind
// cancelled only.
void gather(Facts& facts, const Surroundings& surroundings, const CancelToken& cancel);

} // namespace nixbuild::doctor
