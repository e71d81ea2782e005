#pragma once

#include "pipeline/build_report.hpp"
#include "pipeline/build_request.hpp"

#include <string>
#include <string_view>

namespace nixbuild::pipeline {

// A build that another machine does for us, as texts (JSON). Both ends are of the same version, so
// the form is nobody else's business; what cannot be read is an Error of kind corrupt all the same.

// Without what only counts here: the docker CLI's flags and the out-link.
[[nodiscard]] std::string to_message(const BuildRequest& request);
[[nodiscard]] BuildRequest parse_request(std::string_view message);

[[nodiscard]] std::string to_message(const BuildReport& report);
[[nodiscard]] BuildReport parse_report(std::string_view message);

} // namespace nixbuild::pipeline
