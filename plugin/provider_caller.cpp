#include "plugin/provider_caller.hpp"

#include "plugin/compose_arguments.hpp"
#include "plugin/docker_flags.hpp"
#include "support/error.hpp"

#include <filesystem>

namespace nixbuild::plugin {

ProviderCaller provider_caller(std::span<const std::string> command_line) {
  if (command_line.empty()) return {};
  const auto program = std::filesystem::path(command_line.front()).filename().string();
  if (!program.starts_with("docker-compose")) return {};
  const auto arguments = command_line.subspan(1);
  try {
    const DockerFlags flags = parse_docker_flags(arguments);
    const auto rest = arguments.subspan(flags.read_arguments);
    if (!rest.empty() && rest.front() == "compose")
      return {.docker = flags.flags, .place = parse_compose_arguments(rest.subspan(1)).place};
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): then they are Compose's own flags
  }
  return {.docker = {}, .place = parse_compose_arguments(arguments).place};
}

} // namespace nixbuild::plugin
