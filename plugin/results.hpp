#pragma once

#include "pipeline/build_report.hpp"
#include "progress/output.hpp"

#include <optional>
#include <string>

namespace nixbuild::plugin {

// What is printed on standard output about images.
enum class Results { names, ids, nothing };

// The ID that --quiet and --iidfile give: of the first image that was loaded, else the digest of
// what was pushed, else of what was written. Nothing where there is none.
[[nodiscard]] std::optional<std::string> image_id_of(const pipeline::BuildReport& report);

// A line for each thing that was done: loaded as docker load says it, pushed, written, validated.
// Or for each image that was loaded its ID alone, and image_id_of() where none was.
void print_results(const pipeline::BuildReport& report, Results results, progress::Output& out);

} // namespace nixbuild::plugin
