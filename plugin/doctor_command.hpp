#pragma once

#include "context/global_flags.hpp"
#include "doctor/finding.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/world.hpp"

#include <string>
#include <vector>

namespace nixbuild::plugin {

// A line for each finding, the remedy below it where it is a problem.
[[nodiscard]] std::string findings_text(const std::vector<doctor::Finding>& findings);
// An array of objects with id, severity, title, seen and remedy, indented by 2.
[[nodiscard]] std::string findings_json(const std::vector<doctor::Finding>& findings);

// Prints what is wrong with what a build here would use, mends with --fix what can be mended after
// asking, and returns the exit status: 1 when something stops a build. Throws an Error of kind
// invalid_input for a check that there is not, and as reading --log does.
int run_doctor(const ParsedOptions& options, const context::GlobalFlags& docker, World& world);

} // namespace nixbuild::plugin
