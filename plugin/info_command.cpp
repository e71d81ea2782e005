#include "plugin/info_command.hpp"

#include "nix/nix.hpp"
#include "pipeline/connection.hpp"
#include "plugin/print_error.hpp"
#include "progress/make_reporter.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

namespace {

void ask_nix(Info& info, World& world) {
  try {
    nix::Nix nix(world.processes, world.environment);
    info.nix_version = nix.version(world.cancel).text;
    info.nix_program = nix.program().string();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    info.nix_error = error;
  }
}

Info gather(const context::GlobalFlags& docker, World& world) {
  const auto silent =
      progress::make_reporter({.mode = progress::Mode::none}, world.err, world.environment, {});
  pipeline::World inner{world.environment, world.processes, *silent};
  pipeline::Connection connection = pipeline::connect(docker, inner);
  Info info{.context = connection.context,
            .machine = context::recognise_machine(connection.context.endpoint, world.environment)};
  try {
    info.engine = connection.engine.facts(world.cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    info.engine_error = error;
  }
  ask_nix(info, world);
  return info;
}

} // namespace

int run_info(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const std::string form = options.value("format").value_or("");
  if (!form.empty() && form != "json")
    throw Error(ErrorKind::invalid_input, format("info cannot print in the format \"{}\"", form))
        .with_hint("use --format json, or none for the form for people");
  const Info info = gather(docker, world);
  world.out.write(form == "json" ? info_json(info) : info_text(info));
  if (!info.engine_error) return 0;
  world.err.write(error_text(*info.engine_error));
  return 1;
}

} // namespace nixbuild::plugin
