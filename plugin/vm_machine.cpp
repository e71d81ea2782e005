#include "plugin/vm_machine.hpp"

#include "context/colima.hpp"
#include "plugin/display.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace nixbuild::plugin {

using vm::Tool;
using vm::VirtualMachine;

namespace {

std::vector<Tool> wanted_tools(const ParsedOptions& options) {
  const std::string text = options.value("tool").value_or("");
  if (text.empty()) return {Tool::colima, Tool::lima};
  if (text == "colima") return {Tool::colima};
  if (text == "lima") return {Tool::lima};
  throw Error(ErrorKind::invalid_input, format("there is no tool \"{}\"", text))
      .with_hint("the tools are colima and lima");
}

std::optional<std::string> machine_of_context(const std::string& context) {
  constexpr std::string_view of_lima = "lima-";
  if (context.starts_with(of_lima)) return context.substr(of_lima.size());
  const std::string profile = context::colima_profile_of_context(context);
  return profile.empty() ? std::nullopt : std::optional(profile);
}

constexpr std::size_t last_lines = 20;

void run_line(const vm::CommandLine& line, pipeline::World& inner, const CancelToken& cancel) {
  const process::Command command{.argv = line};
  progress::as_step(inner.reporter, to_string(command), [&](progress::Step& step) {
    std::vector<std::string> said;
    const auto take = [&](std::string_view text) {
      step.log(text);
      if (said.size() == last_lines) said.erase(said.begin());
      said.emplace_back(text);
    };
    if (inner.processes.run(command, take, take, cancel).success()) return;
    throw Error(ErrorKind::failed, format("`{}` failed", to_string(command)))
        .with_detail(format("{}", fmt::join(said, "\n")))
        .with_hint("a machine that is broken is helped by `docker nixbuild vm stop --force`, and "
                   "then start");
  });
}

} // namespace

std::optional<std::string> named_machine(const ParsedOptions& options,
                                         const context::GlobalFlags& docker, const World& world) {
  if (!options.words.empty()) return options.words.front();
  if (docker.context || !docker.hosts.empty()) return std::nullopt;
  for (const char* variable : {"COLIMA_INSTANCE", "COLIMA_PROFILE"})
    if (const auto name = world.environment.get(variable)) return name;
  return std::nullopt;
}

std::string meant_machine(const ParsedOptions& options, const context::GlobalFlags& docker,
                          const World& world) {
  if (const auto name = named_machine(options, docker, world)) return *name;
  const auto context = docker.context ? docker.context : world.environment.get("DOCKER_CONTEXT");
  return machine_of_context(context.value_or("")).value_or("default");
}

KnownMachines known_machines(const ParsedOptions& options, World& world) {
  KnownMachines known;
  for (const Tool tool : wanted_tools(options)) {
    auto machines = vm::machines_of(tool, world.processes, world.cancel);
    if (!machines) continue;
    known.tools.push_back(tool);
    known.machines.insert(known.machines.end(), std::make_move_iterator(machines->begin()),
                          std::make_move_iterator(machines->end()));
  }
  if (!known.tools.empty()) return known;
  throw Error(ErrorKind::not_found, "neither colima nor limactl is installed here")
      .with_hint("`brew install colima docker` installs Colima; `docker nixbuild vm setup` needs "
                 "neither of them");
}

std::optional<VirtualMachine> machine_called(const std::string& name, const KnownMachines& known) {
  const auto found = std::ranges::find_if(known.machines, [&](const VirtualMachine& one) {
    return one.name == (one.tool == Tool::colima ? vm::profile_named(name) : name);
  });
  return found == known.machines.end() ? std::nullopt : std::optional(*found);
}

VirtualMachine find_machine(const std::string& name, const KnownMachines& known) {
  if (auto found = machine_called(name, known)) return *std::move(found);
  std::vector<std::string> names;
  names.reserve(known.machines.size());
  for (const VirtualMachine& one : known.machines)
    names.push_back(format("{} ({})", one.name, to_string(one.tool)));
  throw Error(ErrorKind::not_found, format("there is no machine \"{}\"", name))
      .with_hint(names.empty() ? "there is none at all: `docker nixbuild vm create` makes one"
                               : format("there are: {}", fmt::join(names, ", ")));
}

void require_running(const VirtualMachine& machine) {
  if (machine.runs()) return;
  throw Error(ErrorKind::unavailable,
              format("the machine {} does not run (it is {})", machine.name, machine.status))
      .with_hint(format("`docker nixbuild vm start {}`", machine.name));
}

vm::CommandLine docker_line(const context::GlobalFlags& docker,
                            const std::vector<std::string>& words, const World& world) {
  vm::CommandLine line{
      world.environment.get("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND").value_or("docker")};
  if (docker.config_directory) line.insert(line.end(), {"--config", *docker.config_directory});
  line.insert(line.end(), words.begin(), words.end());
  return line;
}

void run_tool(const std::vector<vm::CommandLine>& lines, const ParsedOptions& options,
              World& world) {
  // Not headed by a context: Colima makes and removes it.
  const auto reporter = progress::make_reporter({.mode = progress_mode_of(options), .target = "vm"},
                                                world.err, world.environment, world.cancel);
  pipeline::World inner{world.environment, world.processes, *reporter, world.web};
  for (const vm::CommandLine& line : lines)
    run_line(line, inner, world.cancel);
}

} // namespace nixbuild::plugin
