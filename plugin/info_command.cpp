#include "plugin/info_command.hpp"

#include "nix/nix.hpp"
#include "pipeline/connection.hpp"
#include "plugin/build_request.hpp"
#include "plugin/display.hpp"
#include "plugin/format_choice.hpp"
#include "plugin/print_error.hpp"

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

void ask_engine(Info& info, pipeline::Connection& connection, World& world) {
  try {
    info.engine = connection.engine.facts(world.cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    info.engine_error = error;
  }
}

// What build would choose.
void choose_builder(Info& info, const context::GlobalFlags& docker,
                    pipeline::Connection& connection, pipeline::World& inner, World& world) {
  if (!info.engine) return;
  pipeline::BuildRequest request{.docker = docker};
  set_builder(request, world.environment.get("NIXBUILD_BUILDER").value_or("auto"));
  try {
    info.builder = pipeline::choose_builder(request, connection, inner, world.cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    info.builder_error = error;
  }
}

Info gather(const context::GlobalFlags& docker, World& world) {
  return without_display(world, [&](pipeline::World& inner) {
    pipeline::Connection connection = pipeline::connect(docker, inner);
    Info info{.context = connection.context,
              .machine =
                  context::recognise_machine(connection.context.endpoint, world.environment)};
    ask_engine(info, connection, world);
    if (info.engine) {
      info.machine = confirm_machine(
          std::move(info.machine),
          {.operating_system = info.engine->operating_system, .kernel = info.engine->kernel});
    }
    choose_builder(info, docker, connection, inner, world);
    ask_nix(info, world);
    return info;
  });
}

} // namespace

int run_info(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const Form form = form_of(options, "info");
  const Info info = gather(docker, world);
  world.out.write(form == Form::json ? info_json(info) : info_text(info));
  if (!info.engine_error) return 0;
  world.err.write(error_text(*info.engine_error));
  return 1;
}

} // namespace nixbuild::plugin
