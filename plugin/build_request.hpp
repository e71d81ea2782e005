#pragma once

#include "context/global_flags.hpp"
#include "pipeline/build_request.hpp"
#include "plugin/parsed_options.hpp"
#include "support/environment.hpp"

#include <optional>
#include <string>

namespace nixbuild::plugin {

// What a command line asks to be built; options that the command does not have are as not given.
// Throws an Error of kind invalid_input or usage for values that make no sense.
[[nodiscard]] pipeline::BuildRequest parse_build_request(const ParsedOptions& options,
                                                         const context::GlobalFlags& docker,
                                                         const Environment& environment);

// --platform, where it is not given `otherwise`. Throws an Error of kind invalid_input.
[[nodiscard]] std::optional<oci::Platform>
platform_of(const ParsedOptions& options, const std::optional<std::string>& otherwise = {});

// Makes `request` be built by `builder`: a driver, or the name of a builder.
void set_builder(pipeline::BuildRequest& request, const std::string& builder);

} // namespace nixbuild::plugin
