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

Command check() {
  return {.name = "devcontainer check",
          .arguments = "",
          .summary = "Say what stands in the way of a dev container",
          .description = "Looks at the configuration, the image and the engine for everything that "
                         "is known to go wrong, and says what to do about it. The exit status is 1 "
                         "when there is a problem; warnings do not count.",
          .options = {config_option(), debug_option()},
          .examples = {}};
}

Command init() {
  using enum ValueCompletion;
  return {.name = "devcontainer init",
          .arguments = "[INSTALLABLE]",
          .summary = "Write the files of a dev container",
          .description =
              "Writes .devcontainer/ for INSTALLABLE, such as .#nixosConfigurations.devcontainer, "
              "or without it for what the flake of this folder has by a usual name: devcontainer, "
              "layeredImage, image, streamImage, default. Where there is no flake.nix, writes a "
              "small one, too: --template nixos for a system that boots, or image for an image of "
              "dockerTools.",
          .most_words = 1,
          .options = {{.name = "compose", .help = "Make it a Compose project"},
                      {.name = "force", .letter = 'f', .help = "Write over files that are there"},
                      {.name = "profile",
                       .values = {"PROFILE"},
                       .help = "How systemd may write its control groups (privileged)",
                       .completion = words,
                       .words = {"privileged", "writable-cgroups", "podman"}},
                      {.name = "remote-user", .values = {"NAME"}, .help = "Who works in it"},
                      {.name = "template",
                       .values = {"KIND"},
                       .help = "What a new flake.nix builds (nixos)",
                       .completion = words,
                       .words = {"nixos", "image"}}},
          .examples = {{"devcontainer init", "for the flake in this folder, or a new one"},
                       {"devcontainer init --compose .#image", "as a Compose project"}}};
}

Command up() {
  return {.name = "devcontainer up",
          .arguments = "",
          .summary = "Start the dev container, as the devcontainer CLI does",
          .description = "Runs devcontainer up for the workspace in this folder. The devcontainer "
                         "CLI must be installed.",
          .options = {config_option(), debug_option()},
          .examples = {}};
}

Command rebuild() {
  return {.name = "devcontainer rebuild",
          .arguments = "",
          .summary = "Make the dev container anew, as \"Rebuild Container\" does",
          .description =
              "Runs devcontainer up --remove-existing-container for the workspace in this "
              "folder. The devcontainer CLI must be installed.",
          .options = {config_option(), debug_option()},
          .examples = {}};
}

} // namespace

std::vector<Command> devcontainer_commands() {
  return {group(), build(), check(), init(), rebuild(), up()};
}

} // namespace nixbuild::plugin
