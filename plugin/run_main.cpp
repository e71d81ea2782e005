#include "plugin/run_main.hpp"

#include "plugin/bake_command.hpp"
#include "plugin/build_command.hpp"
#include "plugin/builder_alias.hpp"
#include "plugin/builder_commands.hpp"
#include "plugin/cache_commands.hpp"
#include "plugin/command.hpp"
#include "plugin/complete.hpp"
#include "plugin/compose_command.hpp"
#include "plugin/devcontainer_commands.hpp"
#include "plugin/docker_build.hpp"
#include "plugin/doctor_command.hpp"
#include "plugin/help.hpp"
#include "plugin/hook_answer.hpp"
#include "plugin/hooks_commands.hpp"
#include "plugin/imagetools_command.hpp"
#include "plugin/info_command.hpp"
#include "plugin/inspect_command.hpp"
#include "plugin/install_commands.hpp"
#include "plugin/invocation.hpp"
#include "plugin/load_command.hpp"
#include "plugin/metadata.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/print_error.hpp"
#include "plugin/prune_command.hpp"
#include "plugin/push_command.hpp"
#include "plugin/version.hpp"
#include "plugin/vm_commands.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

namespace nixbuild::plugin {

namespace {

int print(World& world, std::string_view text) {
  world.out.write(text);
  return 0;
}

int print_help(World& world, const Invocation& invocation, std::string_view topic) {
  if (topic.empty()) return print(world, overview(invocation.program));
  const Command* command = find_command(topic);
  if (command == nullptr)
    throw Error(ErrorKind::invalid_input, format("unknown help topic: {}", topic))
        .with_hint(format("{} --help lists the commands", invocation.program));
  return print(world, help_of(*command, invocation.program));
}

// A group of commands, without one of them.
int run_group(const Command& group, const ParsedOptions& options, const Invocation& invocation,
              World& world) {
  if (options.words.empty()) return print_help(world, invocation, group.name);
  const std::string name = format("{} {}", invocation.program, group.name);
  throw Error(ErrorKind::invalid_input,
              format("unknown command: {} {}", name, options.words.front()))
      .with_hint(format("Run '{} --help' for the commands", name));
}

void check_words(const Command& command, const ParsedOptions& options,
                 const Invocation& invocation) {
  if (options.words.size() <= command.most_words) return;
  const std::string name = format("{} {}", invocation.program, command.name);
  throw Error(ErrorKind::invalid_input,
              command.most_words == 0 ? format("'{}' takes no arguments", name)
                                      : format("'{}' takes at most {} argument, and {} were given",
                                               name, command.most_words, options.words.size()))
      .with_hint(format("{}\nRun '{} --help' for more information",
                        usage_line(command, invocation.program), name));
}

ParsedOptions parse(const ChosenCommand& chosen, const Invocation& invocation) {
  try {
    return parse_options(chosen.command.options, chosen.arguments, Until::end);
  } catch (Error& error) {
    throw Error(error.kind(), error.message())
        .with_hint(format("{}\nRun '{} {} --help' for more information",
                          usage_line(chosen.command, invocation.program), invocation.program,
                          chosen.command.name));
  }
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  return arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h";
}

int report_error(const Error& error, World& world) noexcept {
  // What fails while we are being stopped fails because of that.
  const int status =
      world.cancel.cancelled() ? exit_code(ErrorKind::cancelled) : exit_code(error.kind());
  try {
    world.err.write(error_text(error));
  } catch (const std::exception&) {
    return status; // the exit status is all that is left to tell
  }
  return status;
}

using Docker = context::GlobalFlags;

// What a command does whose own options say it all.
struct Runner {
  std::string_view command;
  int (*run)(const ParsedOptions& options, const Docker& docker, World& world);
};

constexpr std::array runners{
    Runner{"bake", run_bake},
    Runner{"builder create", run_builder_create},
    Runner{"builder inspect", run_builder_inspect},
    Runner{"builder ls", run_builder_list},
    Runner{"builder rm", run_builder_remove},
    Runner{"cache check", run_cache_check},
    Runner{"cache login", [](const ParsedOptions& options, const Docker&,
                             World& world) { return run_cache_login(options, world); }},
    Runner{"cache push", run_cache_push},
    Runner{"cache use", [](const ParsedOptions& options, const Docker&,
                           World& world) { return run_cache_use(options, world); }},
    Runner{"devcontainer build", run_devcontainer_build},
    Runner{"devcontainer check", run_devcontainer_check},
    Runner{"devcontainer init", [](const ParsedOptions& options, const Docker&,
                                   World& world) { return run_devcontainer_init(options, world); }},
    Runner{"devcontainer rebuild",
           [](const ParsedOptions& options, const Docker& docker, World& world) {
             return run_devcontainer_up(options, docker, true, world);
           }},
    Runner{"devcontainer up",
           [](const ParsedOptions& options, const Docker& docker, World& world) {
             return run_devcontainer_up(options, docker, false, world);
           }},
    Runner{"doctor", run_doctor},
    Runner{"hooks disable", run_hooks_disable},
    Runner{"hooks enable", run_hooks_enable},
    Runner{"hooks status", run_hooks_status},
    Runner{"imagetools inspect", run_imagetools_inspect},
    Runner{"info", run_info},
    Runner{"inspect", run_inspect},
    Runner{"install", run_install},
    Runner{"load", run_load},
    Runner{"prune", run_prune},
    Runner{"push", run_push},
    Runner{"uninstall", run_uninstall},
    Runner{"version",
           [](const ParsedOptions&, const Docker&, World& world) {
             return print(world, format("docker-nixbuild {}\n", version));
           }},
    Runner{"vm create", run_vm_create},
    Runner{"vm delete", run_vm_delete},
    Runner{"vm ls", run_vm_list},
    Runner{"vm restart", run_vm_restart},
    Runner{"vm setup", run_vm_setup},
    Runner{"vm ssh", run_vm_ssh},
    Runner{"vm start", run_vm_start},
    Runner{"vm status", run_vm_status},
    Runner{"vm stop", run_vm_stop},
};

int run_chosen(const ChosenCommand& chosen, const Invocation& invocation, World& world) {
  const Command& command = chosen.command;
  // Compose's own command line, which only Compose understands.
  if (command.name == "compose" && !asks_for_help(chosen.arguments))
    return run_compose(chosen.arguments, invocation, world);
  ParsedOptions options = parse(chosen, invocation);
  if (options.is_on("help") || command.name == "compose")
    return print_help(world, invocation, chosen.named ? command.name : std::string_view());
  if (!commands_of(command).empty()) return run_group(command, options, invocation, world);
  check_words(command, options, invocation);
  add_from_environment(options, command.options, world.environment);
  if (command.name == "help")
    return print_help(world, invocation, format("{}", fmt::join(options.words, " ")));
  const auto named = std::ranges::find(runners, command.name, &Runner::command);
  if (named != runners.end()) return named->run(options, invocation.docker, world);
  return run_build(parse_build_call(options, invocation.docker, world.environment), world);
}

int run_command(const Invocation& invocation, World& world) {
  const ChosenCommand chosen = choose_command(invocation.words);
  try {
    return run_chosen(chosen, invocation, world);
  } catch (const Error& error) {
    if (!chosen.command.plain_failure) throw;
    (void)report_error(error, world);
    return 1;
  }
}

// `docker help nixbuild build`, `docker --help nixbuild builder ls`: from the first word on that
// names a command.
int run_help(const Invocation& invocation, World& world) {
  const auto first = std::ranges::find_if(
      invocation.words, [](const std::string& word) { return find_command(word) != nullptr; });
  const std::vector<std::string> words(first, invocation.words.end());
  const ChosenCommand chosen = choose_command(words);
  return print_help(world, invocation, chosen.named ? chosen.command.name : std::string_view());
}

// Docker has done what it was asked for: no failure here is worth a word.
int run_hook(const Invocation& invocation, World& world) {
  try {
    world.out.write(answer_hook(invocation.words, std::filesystem::current_path()));
  } catch (const std::exception&) {
    return 0;
  }
  return 0;
}

// `docker build` and the like, which an alias in docker's configuration leads to us.
int run_alias(const AliasCall& call, World& world) {
  const std::span words(call.words);
  const auto build =
      !words.empty() && words.front() == "build"
          ? nix_build_of(words.subspan(1), world.environment, std::filesystem::current_path())
          : std::nullopt;
  if (!build) return hand_to_buildx(call, world);
  if (!build->ignored.empty())
    world.err.write(format("WARNING: Nix does without {}\n", fmt::join(build->ignored, " and ")));
  Invocation invocation{.program = "docker nixbuild", .docker = call.docker, .words = {"build"}};
  invocation.words.insert(invocation.words.end(), build->arguments.begin(), build->arguments.end());
  return run_command(invocation, world);
}

std::optional<AliasCall> alias_call_of(std::span<const std::string> arguments, const World& world) {
  if (!world.environment.get("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND")) return std::nullopt;
  return alias_call(arguments, world.parent());
}

int run(std::span<const std::string> arguments, World& world) {
  if (is_metadata_call(arguments)) return print(world, metadata());
  if (const auto call = alias_call_of(arguments, world)) return run_alias(*call, world);
  const Invocation invocation = parse_invocation(arguments, world.environment);
  switch (invocation.kind) {
  case Invocation::Kind::command:
    return run_command(invocation, world);
  case Invocation::Kind::help:
    return run_help(invocation, world);
  case Invocation::Kind::version:
    return print(world, format("docker-nixbuild {}\n", version));
  case Invocation::Kind::completion:
    return run_completion(invocation, world);
  case Invocation::Kind::hook:
    return run_hook(invocation, world);
  }
  std::unreachable();
}

} // namespace

int run_main(std::span<const std::string> arguments, World& world) noexcept {
  try {
    return run(arguments, world);
  } catch (const Error& error) {
    return report_error(error, world);
  } catch (const std::exception& error) {
    return report_error(Error(ErrorKind::internal, format("internal error: {}", error.what())),
                        world);
  }
}

} // namespace nixbuild::plugin
