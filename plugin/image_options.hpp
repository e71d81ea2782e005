#pragma once

#include "image/closure_options.hpp"
#include "plugin/parsed_options.hpp"
#include "support/environment.hpp"

namespace nixbuild::plugin {

// What the options say about an image that we make. An --env without "=" takes its value from
// `environment` and is dropped where it is not set, as docker run does. Throws an Error that names
// the option: usage for a number that is none, invalid_input for values that make no sense.
[[nodiscard]] image::ClosureImageOptions image_options_of(const ParsedOptions& options,
                                                          const Environment& environment);

} // namespace nixbuild::plugin
