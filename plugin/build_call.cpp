#include "plugin/build_command.hpp"
#include "plugin/build_request.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

namespace {

progress::Mode mode_of(const ParsedOptions& options) {
  const std::string text = options.value("progress").value_or("auto");
  const auto mode = progress::parse_mode(text);
  if (!mode) throw Error(ErrorKind::invalid_input, mode.error()); // buildx exits with 1 too
  if (!options.is_on("quiet")) return *mode;
  if (*mode != progress::Mode::automatic && *mode != progress::Mode::quiet)
    throw Error(ErrorKind::invalid_input,
                format("progress={} and quiet cannot be used together", text));
  return progress::Mode::quiet;
}

// -q and --progress=quiet print IDs; the same mode from the environment does not (as buildx).
Results results_of(const ParsedOptions& options) {
  const auto progress = options.value("progress");
  if (options.is_on("quiet") || progress == "quiet") return Results::ids;
  return progress == "none" ? Results::nothing : Results::names;
}

} // namespace

BuildCall parse_build_call(const ParsedOptions& options, const context::GlobalFlags& docker,
                           const Environment& environment) {
  return {
      .request = parse_build_request(options, docker, environment),
      .files = {.image_id = options.value("iidfile"), .metadata = options.value("metadata-file")},
      .progress = mode_of(options),
      .results = results_of(options)};
}

} // namespace nixbuild::plugin
