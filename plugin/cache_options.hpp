#pragma once

#include "pipeline/build_request.hpp"
#include "plugin/option.hpp"
#include "plugin/parsed_options.hpp"
#include "support/environment.hpp"

namespace nixbuild::plugin {

// The options of a command that builds, about caches.
[[nodiscard]] OptionTable cache_options();
[[nodiscard]] Option cache_from_option();
[[nodiscard]] Option cache_to_option();

// Reads them, and CACHIX_NAME where no cache is named. Throws an Error of kind invalid_input for
// what names no cache.
void set_caches(pipeline::BuildRequest& request, const ParsedOptions& options,
                const Environment& environment);

} // namespace nixbuild::plugin
