#include "plugin/builder_commands.hpp"

#include "plugin/build_options.hpp"

namespace nixbuild::plugin {

namespace {

Command group() {
  return {.name = "builder",
          .arguments = "COMMAND",
          .summary = "Manage where Nix runs",
          .description = "Manages builders: where Nix runs for the engine behind the current "
                         "Docker context. build takes their names for --builder.",
          .options = {},
          .examples = {}};
}

Command create() {
  using enum ValueCompletion;
  return {.name = "builder create",
          .arguments = "",
          .summary = "Give a builder a name and options",
          .description =
              "Remembers a builder for the engine behind the current Docker context. A container "
              "is made when it is first used. Its options are image, volume (of the Nix store), "
              "socket (of the engine, by its path on the engine's machine), network, and env.NAME "
              "for environment variables.",
          .options = {{.name = "bootstrap", .help = "Make the container now"},
                      debug_option(),
                      {.name = "driver",
                       .values = {"DRIVER"},
                       .help = "Run Nix by container, ssh or host (container)",
                       .completion = words,
                       .words = {"container", "ssh", "host"}},
                      {.name = "driver-opt",
                       .values = {"KEY=VALUE"},
                       .help = "Set an option of the container",
                       .repeatable = true},
                      {.name = "name", .values = {"NAME"}, .help = "Call it NAME"},
                      progress_option(),
                      {.name = "use", .help = "Use it for this engine where no builder is named"}},
          .examples = {{"builder create --use", "a container for this engine"},
                       {"builder create --driver-opt image=me/nix:1", "from another image"}}};
}

Command list() {
  return {.name = "builder ls",
          .arguments = "",
          .summary = "List builders",
          .description = "Lists builders, their engines, and how they are doing. The one that is "
                         "used where none is named has a star.",
          .options = {format_option()},
          .examples = {}};
}

Command inspect() {
  return {.name = "builder inspect",
          .arguments = "[NAME]",
          .summary = "Show a builder",
          .description = "Shows the builder NAME, else the one that is used for the engine behind "
                         "the current Docker context.",
          .most_words = 1,
          .options = {format_option()},
          .examples = {}};
}

Command remove() {
  return {.name = "builder rm",
          .arguments = "NAME",
          .summary = "Remove a builder",
          .description = "Forgets the builder NAME, and removes its container and the volume with "
                         "its Nix store. The container that build makes by itself is called "
                         "default.",
          .most_words = 1,
          .options = {{.name = "force",
                       .letter = 'f',
                       .help = "Forget it even when its engine does not answer"},
                      {.name = "keep-state", .help = "Keep the volume with the Nix store"}},
          .examples = {}};
}

} // namespace

std::vector<Command> builder_commands() {
  return {group(), create(), inspect(), list(), remove()};
}

} // namespace nixbuild::plugin
