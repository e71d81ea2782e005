#pragma once

#include "pipeline/build_report.hpp"
#include "pipeline/output.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::plugin {

// The files that --iidfile and --metadata-file ask for.
struct ResultFiles {
  std::optional<std::string> image_id;
  std::optional<std::string> metadata;
};

// Before the work: removes an old image ID, so that none is taken for that of a failed build.
// Throws an Error: invalid_input where `outputs` have no image that has an ID, not_found when a
// folder is missing, else io.
void prepare_result_files(const ResultFiles& files, const std::vector<pipeline::Output>& outputs);

// After it: describes the first image of the report, buildx's way. Throws an Error of kind io or
// no_space.
void write_result_files(const ResultFiles& files, const pipeline::BuildReport& report);

// The content of --metadata-file: JSON with buildx's keys, sorted, indented by 2, without a final
// newline.
[[nodiscard]] std::string metadata_of(const pipeline::BuildReport& report);

} // namespace nixbuild::plugin
