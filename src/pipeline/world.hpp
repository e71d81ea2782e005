#pragma once

#include "archive/stream.hpp"
#include "cache/signing.hpp"
#include "http/web.hpp"
#include "process/runner.hpp"
#include "progress/reporter.hpp"
#include "support/environment.hpp"

namespace nixbuild::pipeline {

class LoadTurns;

// Everything outside the program that the pipeline touches, as an argument, so that tests can
// choose it. Files are real ones: tests give their own folders by the environment.
struct World {
  const Environment& environment;
  process::Runner& processes;
  progress::Reporter& reporter;
  http::Web* web = nullptr;                 // none on an engine's machine
  archive::Sink* standard_output = nullptr; // for images that the user wants there; as above
  LoadTurns* turns = nullptr;               // of loads that go on side by side
  cache::Signer sign = nullptr;             // for caches; none on an engine's machine

  // The same, which tells another reporter what is done.
  [[nodiscard]] World reporting_to(progress::Reporter& other) const {
    return {environment, processes, other, web, standard_output, turns, sign};
  }
};

} // namespace nixbuild::pipeline
