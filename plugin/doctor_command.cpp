#include "plugin/doctor_command.hpp"

#include "builder/container_way.hpp"
#include "config/docker_config.hpp"
#include "doctor/examine.hpp"
#include "doctor/gather.hpp"
#include "pipeline/builder_choice.hpp"
#include "pipeline/connection.hpp"
#include "plugin/archive_input.hpp"
#include "plugin/build_request.hpp"
#include "plugin/confirmation.hpp"
#include "plugin/display.hpp"
#include "plugin/format_choice.hpp"
#include "progress/text.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>

namespace nixbuild::plugin {

using doctor::Facts;
using doctor::Finding;
using doctor::Severity;

namespace {

constexpr std::size_t largest_log = std::size_t{64} << 20U;

std::string read_log(const ParsedOptions& options, World& world) {
  auto file = options.value("log");
  if (!file) return {};
  if (*file == "-") file.reset();
  const ArchiveInput input =
      ArchiveInput::open(file, world.standard_input, world.environment, world.cancel);
  try {
    return read_file(input.path(), largest_log);
  } catch (const Error& error) {
    throw input.renamed(error);
  }
}

void name_contexts(Facts& facts, const context::GlobalFlags& docker, World& world) {
  try {
    const auto folder = config::docker_config_directory(docker.config_directory, world.environment);
    facts.configured_context = config::load_docker_config(folder).current_context;
  } catch (const Error&) { // connecting tells of it
    facts.configured_context.clear();
  }
  facts.wanted_context = docker.context.value_or(
      world.environment.get("DOCKER_CONTEXT").value_or(facts.configured_context));
}

// What build would choose. A container that does not run is no way: nothing is started here.
doctor::ChosenWay choose_way(const context::GlobalFlags& docker, pipeline::Connection& connection,
                             pipeline::World& inner, const CancelToken& cancel) {
  pipeline::BuildRequest request{.docker = docker};
  set_builder(request, inner.environment.get("NIXBUILD_BUILDER").value_or("auto"));
  const auto chosen = pipeline::choose_builder(request, connection, inner, cancel);
  doctor::ChosenWay way{.builder = to_string(chosen.driver), .way = chosen.ssh};
  if (chosen.driver != builder::Driver::ssh) way.way.reset();
  if (chosen.driver != builder::Driver::container) return way;
  const std::string container = builder::container_of(chosen.name);
  way.container_volume = volume_of(chosen.name, chosen.container);
  way.container_image = image_of(chosen.container);
  const auto details = connection.engine.inspect_container(container, cancel);
  if (details && details->running) way.way = builder::container_way(connection.docker, container);
  return way;
}

Facts look(const context::GlobalFlags& docker, const std::string& log, World& world) {
  Facts facts{.environment = world.environment, .log = log};
  name_contexts(facts, docker, world);
  without_display(world, [&](pipeline::World& inner) {
    doctor::Surroundings surroundings{.processes = world.processes,
                                      .folder = std::filesystem::current_path()};
    std::optional<pipeline::Connection> connection;
    try {
      connection.emplace(pipeline::connect(docker, inner));
      facts.context = connection->context;
      facts.docker = connection->docker;
      facts.machine = context::recognise_machine(connection->context.endpoint, world.environment);
      surroundings.engine = &connection->engine;
      surroundings.choose = [&](const CancelToken& cancel) {
        return choose_way(docker, *connection, inner, cancel);
      };
    } catch (const Error& error) {
      facts.context_error = error;
    }
    doctor::gather(facts, surroundings, world.cancel);
  });
  return facts;
}

bool stops_builds(const std::vector<Finding>& findings) {
  return std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.outcome.severity == Severity::error; });
}

// Does what was agreed to; whether anything was.
bool mend(const std::vector<Finding>& findings, bool force, World& world) {
  std::vector<const Finding*> mendable;
  std::string text = "This will be done:\n";
  for (const Finding& finding : findings) {
    if (!finding.outcome.fix) continue;
    mendable.push_back(&finding);
    text += format("  {:<4} {}\n", finding.id, progress::printable(finding.outcome.fix->what));
  }
  if (mendable.empty()) {
    world.out.write("There is nothing that could be mended without you.\n");
    return false;
  }
  world.out.write(text);
  if (!force && !confirmed(world)) {
    world.out.write("Nothing was done.\n");
    return false;
  }
  for (const Finding* finding : mendable) {
    const auto answer = process::capture(world.processes, {.argv = finding->outcome.fix->argv},
                                         world.cancel, largest_log);
    if (answer.status.success()) continue;
    world.out.write(format("{} did not work: {}\n", finding->id, progress::printable(answer.err)));
  }
  return true;
}

} // namespace

int run_doctor(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  const Form form = form_of(options, "doctor");
  const bool fix = options.is_on("fix");
  if (fix && form == Form::json)
    throw Error(ErrorKind::invalid_input, "--fix asks, and so cannot print JSON");
  const std::string log = read_log(options, world);
  std::vector<Finding> findings = examine(look(docker, log, world), options.words);
  world.out.write(form == Form::json ? findings_json(findings) : findings_text(findings));
  if (fix && mend(findings, options.is_on("force"), world)) {
    findings = examine(look(docker, {}, world), options.words);
    world.out.write("Now it is so:\n" + findings_text(findings));
  }
  return stops_builds(findings) ? 1 : 0;
}

} // namespace nixbuild::plugin
