#pragma once

#include "context/global_flags.hpp"
#include "support/environment.hpp"

#include <span>
#include <string>
#include <vector>

namespace nixbuild::plugin {

// How we were started, told from the arguments. A docker CLI hands over the whole of its command
// line and its own name in DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND; without that we stand alone and
// the arguments are ours from the first on (docker/cli cli-plugins/plugin/plugin.go).
struct Invocation {
  enum class Kind {
    command,    // `words` is a command line of ours
    help,       // help was asked for; `words` says about what
    version,    // docker -v nixbuild
    completion, // `words` is a half-typed command line of ours, its last word the one to complete
    hook,       // docker asks for a hint after another command; its question is the last word
  };
  Kind kind = Kind::command;
  std::string program;         // what people type to get us: "docker nixbuild", "docker-nixbuild"
  context::GlobalFlags docker; // the CLI's own flags
  std::vector<std::string> words;
  bool descriptions = true; // of completions
  bool standalone = false;  // started without docker
};

// Throws an Error of kind usage when the CLI's flags cannot be understood.
[[nodiscard]] Invocation parse_invocation(std::span<const std::string> arguments,
                                          const Environment& environment);

} // namespace nixbuild::plugin
