#include "plugin/vm_commands.hpp"

#include "plugin/build_options.hpp"

namespace nixbuild::plugin {

namespace {

Command group() {
  return {.name = "vm",
          .arguments = "COMMAND",
          .summary = "Manage the machine that an engine runs on",
          .description = "Puts Nix into the machine behind a Docker context, and manages virtual "
                         "machines of Colima and Lima that have both an engine and Nix.",
          .options = {},
          .examples = {}};
}

Option dry_run() {
  return {.name = "dry-run", .help = "Show what would be done, and do nothing"};
}

Option force() {
  return {.name = "force", .letter = 'f', .help = "Do not ask"};
}

Option installer() {
  return {.name = "installer",
          .values = {"FILE"},
          .help = "Install with this file of NixOS/nix-installer; the machine needs no internet",
          .completion = ValueCompletion::files,
          .variable = "NIXBUILD_INSTALLER"};
}

Option builder_image() {
  Option option = builder_image_option();
  option.help = "Make a builder container, where there is to be one, from IMAGE";
  return option;
}

Option persist() {
  return {.name = "persist", .help = "Keep /nix on Colima's data disk, which survives its delete"};
}

Command setup() {
  return {.name = "vm setup",
          .arguments = "[CONTEXT]",
          .summary = "Put Nix into the machine behind a context",
          .description =
              "Puts Nix into the machine behind CONTEXT, else the current Docker context, as fits "
              "it: with a daemon for all users where systemd or OpenRC can start one, for root "
              "where nothing can, and in a container beside the engine where the machine's root is "
              "in memory or may not be written to. Settings go into a file of their own. Shows "
              "everything first and asks. What is there already stays; what was begun and not "
              "ended is done again. The installer is taken from --installer, from a file "
              "nix-installer-ARCH-linux beside this plugin, or from the internet.",
          .most_words = 1,
          .options = {builder_image(),
                      debug_option(),
                      dry_run(),
                      force(),
                      installer(),
                      persist(),
                      progress_option(),
                      {.name = "uninstall", .help = "Take back all that was done"}},
          .examples = {{"vm setup", "the machine of the current context"},
                       {"vm setup --dry-run colima", "only show what is missing"},
                       {"vm setup --uninstall", "take it back"}}};
}

} // namespace

std::vector<Command> vm_commands() {
  return {group(), setup()};
}

} // namespace nixbuild::plugin
