#include "plugin/build_command.hpp"
#include "plugin/build_request.hpp"
#include "plugin/display.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::plugin {

namespace {

// -q and --progress=quiet print IDs; the same mode from the environment does not (as buildx).
Results results_of(const ParsedOptions& options) {
  const auto progress = options.value("progress");
  if (options.is_on("quiet") || progress == "quiet") return Results::ids;
  return progress == "none" ? Results::nothing : Results::names;
}

} // namespace

BuildCall parse_build_call(const ParsedOptions& options, const context::GlobalFlags& docker,
                           const Environment& environment, UsualOutput usual) {
  auto request = parse_build_request(options, docker, environment);
  set_outputs(request, options, usual);
  const bool watch = options.is_on("watch");
  if (watch && (request.dry_run || writes_to_standard_output(request.outputs)))
    throw Error(ErrorKind::usage,
                format("--watch makes no sense with {}",
                       request.dry_run ? "--dry-run" : "an image on standard output"));
  return {
      .request = std::move(request),
      .files = {.image_id = options.value("iidfile"), .metadata = options.value("metadata-file")},
      .progress = progress_mode_of(options),
      .results = results_of(options),
      .watch = watch};
}

} // namespace nixbuild::plugin
