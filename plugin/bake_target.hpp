#pragma once

#include "bake/resolve.hpp"
#include "context/global_flags.hpp"
#include "pipeline/run_all.hpp"
#include "plugin/parsed_options.hpp"
#include "support/environment.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

// A target as a request to build, and what of it means nothing here.
struct BakeRequest {
  pipeline::NamedRequest named;
  std::vector<std::string> without_effect; // what is for Dockerfiles: keys of buildx's, its caches
};

// Reads the options of `target`: build's, under their own names or buildx's ("tags", "platforms",
// "args", …), and what says what is built: "installable", or as buildx names the parts of one
// "context" (the flake's folder), "target" (the attribute; else the target's own name) and
// "dockerfile" (a .nix file that is no flake). What `command_line`, of bake, says counts for all
// targets. Throws an Error of kind invalid_input that names the target, for a Dockerfile among
// others.
[[nodiscard]] BakeRequest bake_request(const bake::Target& target,
                                       const ParsedOptions& command_line,
                                       const context::GlobalFlags& docker,
                                       const Environment& environment);

} // namespace nixbuild::plugin
