#pragma once

#include "context/global_flags.hpp"
#include "pipeline/build_request.hpp"
#include "plugin/output_options.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/result_files.hpp"
#include "plugin/results.hpp"
#include "plugin/world.hpp"
#include "progress/mode.hpp"

namespace nixbuild::plugin {

// The command line of `build`, understood.
struct BuildCall {
  pipeline::BuildRequest request;
  ResultFiles files;
  progress::Mode progress = progress::Mode::automatic;
  Results results = Results::names;
  bool watch = false; // builds again when files change
};

// Throws an Error of kind invalid_input or usage for values that make no sense.
[[nodiscard]] BuildCall parse_build_call(const ParsedOptions& options,
                                         const context::GlobalFlags& docker,
                                         const Environment& environment,
                                         UsualOutput usual = UsualOutput::load);

// Builds, loads or pushes or writes, prints what came of it, and returns the exit status. Throws an
// Error.
int run_build(const BuildCall& call, World& world);

} // namespace nixbuild::plugin
