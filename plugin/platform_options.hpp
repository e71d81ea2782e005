#pragma once

#include "oci/platform.hpp"
#include "pipeline/build_request.hpp"
#include "plugin/parsed_options.hpp"
#include "support/environment.hpp"

#include <optional>
#include <string_view>

namespace nixbuild::plugin {

// The platforms that --platform names, each once: repeated or separated by commas, "local" (this
// machine's), or "all" alone. Without it those of DOCKER_DEFAULT_PLATFORM. Throws an Error of kind
// invalid_input.
void set_platforms(pipeline::BuildRequest& request, const ParsedOptions& options,
                   const Environment& environment);

// The one platform that --platform names, for a command that takes one; nothing where it is not
// given. Throws an Error of kind invalid_input.
[[nodiscard]] std::optional<oci::Platform> platform_of(const ParsedOptions& options,
                                                       std::string_view command);

// Throws an Error of kind invalid_input when `request` is for several platforms, which `command`
// does not take.
void require_one_platform(const pipeline::BuildRequest& request, std::string_view command);

} // namespace nixbuild::plugin
