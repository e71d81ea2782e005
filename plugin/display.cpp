#include "plugin/display.hpp"

#include "config/docker_config.hpp"
#include "context/context.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

namespace {

// What the display is headed by: "docker:colima".
std::string target_of(const context::GlobalFlags& docker, const Environment& environment) {
  const auto directory = config::docker_config_directory(docker.config_directory, environment);
  const auto config = config::load_docker_config(directory);
  return "docker:" + context::resolve_context(docker, config, environment).name;
}

} // namespace

progress::Mode progress_mode_of(const ParsedOptions& options) {
  const std::string text = options.value("progress").value_or("auto");
  const auto mode = progress::parse_mode(text);
  if (!mode) throw Error(ErrorKind::invalid_input, mode.error()); // buildx exits with 1 too
  if (!options.is_on("quiet")) return *mode;
  if (*mode != progress::Mode::automatic && *mode != progress::Mode::quiet)
    throw Error(ErrorKind::invalid_input,
                format("progress={} and quiet cannot be used together", text));
  return progress::Mode::quiet;
}

std::unique_ptr<progress::Reporter> make_display(progress::Mode mode, progress::Activity activity,
                                                 const context::GlobalFlags& docker, World& world) {
  return progress::make_reporter({.mode = mode,
                                  .target = target_of(docker, world.environment),
                                  .debug = docker.debug,
                                  .activity = activity},
                                 world.err, world.environment, world.cancel);
}

} // namespace nixbuild::plugin
