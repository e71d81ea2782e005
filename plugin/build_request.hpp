#pragma once

#include "context/global_flags.hpp"
#include "pipeline/build_request.hpp"
#include "plugin/parsed_options.hpp"
#include "support/environment.hpp"

#include <string>

namespace nixbuild::plugin {

// What a command line asks to be built, but for its outputs (plugin/output_options.hpp); options
// that the command does not have are as not given.
// Throws an Error of kind invalid_input or usage for values that make no sense.
[[nodiscard]] pipeline::BuildRequest parse_build_request(const ParsedOptions& options,
                                                         const context::GlobalFlags& docker,
                                                         const Environment& environment);

// Makes `request` be built by `builder`: a driver, or the name of a builder.
void set_builder(pipeline::BuildRequest& request, const std::string& builder);

} // namespace nixbuild::plugin
