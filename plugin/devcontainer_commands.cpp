#include "plugin/devcontainer_commands.hpp"

#include "plugin/build_options.hpp"

namespace nixbuild::plugin {

namespace {

Option config_option() {
  return {.name = "config",
          .values = {"FILE"},
          .help = "Use the configuration FILE, such as .devcontainer/NAME/devcontainer.json",
          .completion = ValueCompletion::files};
}

Command group() {
  return {.name = "devcontainer",
          .arguments = "COMMAND",
          .summary = "Dev containers whose images Nix builds",
          .description = "Dev containers, such as those of VS Code, whose images Nix builds. Each "
                         "command works on the workspace in the current folder.",
          .options = {},
          .examples = {}};
}

Command build() {
  return {
      .name = "devcontainer build",
      .arguments = "",
      .summary = "Build the image of the dev container, for initializeCommand",
      .description =
          "Builds what customizations.nixbuild of devcontainer.json says (\"installable\", and "
          "options of build by their long names), and loads it under the name that the "
          "configuration has as its image, or its Compose service. Services with x-nixbuild are "
          "built, too. Says when a container of the workspace was made of an older image. Fails "
          "with 1, whatever the reason, since tools take 130 for success.",
      .options = {builder_option(), config_option(), debug_option(), progress_option()},
      .examples = {{"devcontainer build", "as \"initializeCommand\" in devcontainer.json"}},
      .plain_failure = true};
}

} // namespace

std::vector<Command> devcontainer_commands() {
  return {group(), build()};
}

} // namespace nixbuild::plugin
