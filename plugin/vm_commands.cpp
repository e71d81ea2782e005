#include "plugin/vm_commands.hpp"

#include "plugin/build_options.hpp"

#include <string_view>
#include <utility>

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
          .help = "Install with this file of NixOS/nix-installer instead of the internet",
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

Option tool() {
  return {.name = "tool",
          .values = {"TOOL"},
          .help = "Use colima or lima (whichever has the machine, else Colima)",
          .completion = ValueCompletion::words,
          .words = {"colima", "lima"}};
}

Option number(std::string_view name, std::string_view help) {
  return {.name = name, .values = {"NUMBER"}, .help = help};
}

Command create() {
  return {.name = "vm create",
          .arguments = "[NAME]",
          .summary = "Make a virtual machine with an engine and Nix",
          .description =
              "Makes the profile NAME of Colima, or an instance of Lima, with sizes that suit "
              "builds by Nix, starts it, and puts Nix into it as setup does. A machine that is "
              "there already is started and gets its Nix.",
          .most_words = 1,
          .options = {builder_image(),
                      number("cpus", "Give it so many CPUs (4)"),
                      debug_option(),
                      number("disk", "Give the engine so many GiB of disk (100)"),
                      dry_run(),
                      installer(),
                      number("memory", "Give it so many GiB of memory (8)"),
                      {.name = "mount",
                       .values = {"PATH[:w]"},
                       .help = "Let it see PATH, and write there with :w (the home folder)",
                       .repeatable = true,
                       .completion = ValueCompletion::directories},
                      persist(),
                      progress_option(),
                      number("root-disk", "Give /nix and the system so many GiB of disk (60)"),
                      {.name = "rosetta",
                       .help = "Run programs of x86_64 by Rosetta (where this Mac can)"},
                      tool()},
          .examples = {{"vm create", "Colima's default profile"},
                       {"vm create nix-builder --cpus 8 --memory 16", "a larger one beside it"}}};
}

Command on_machine(std::string_view name, std::string_view summary, std::string_view description,
                   OptionTable more) {
  more.push_back(progress_option());
  more.push_back(tool());
  return {.name = name,
          .arguments = "[NAME]",
          .summary = summary,
          .description = description,
          .most_words = 1,
          .options = std::move(more),
          .examples = {}};
}

Option forced_stop() {
  return {.name = "force", .letter = 'f', .help = "Do not wait for it; also helps broken ones"};
}

Command start() {
  return on_machine("vm start", "Start a virtual machine",
                    "Starts the machine NAME of Colima or Lima, else COLIMA_INSTANCE, else the "
                    "default one.",
                    {});
}

Command stop() {
  return on_machine("vm stop", "Stop a virtual machine",
                    "Stops the machine NAME. Its disks stay; Colima removes its Docker context "
                    "until it is started.",
                    {forced_stop()});
}

Command restart() {
  return on_machine("vm restart", "Restart a virtual machine", "Stops and starts the machine NAME.",
                    {forced_stop()});
}

Command remove() {
  return on_machine(
      "vm delete", "Delete a virtual machine",
      "Says what is lost with the machine NAME, asks, and deletes it.",
      {{.name = "data", .help = "Delete the engine's images and volumes, too"}, force()});
}

Command status() {
  return {.name = "vm status",
          .arguments = "[NAME]",
          .summary = "Show how a machine is doing",
          .description =
              "Shows the machine NAME, else the one behind the current Docker context: its context "
              "and engine, its Nix, how large its store is and how much room is left, and which "
              "other systems it runs programs of. The status is 1 unless both the engine and Nix "
              "work.",
          .most_words = 1,
          .options = {format_option(), tool()},
          .examples = {}};
}

Command ssh() {
  return {
      .name = "vm ssh",
      .arguments = "[COMMAND…]",
      .summary = "Run a command, or a shell, in a machine",
      .description =
          "Runs COMMAND in the machine behind the current Docker context, or in that of "
          "--profile, in the same folder if it is there, too; without COMMAND a shell. The exit "
          "status is the command's. The name of a machine alone gives a shell there. Options "
          "of the command belong behind --.",
      .most_words = 1000,
      .options = {{.name = "profile",
                   .letter = 'p',
                   .values = {"NAME"},
                   .help = "Enter the machine NAME of Colima or Lima"},
                  tool()},
      .examples = {{"vm ssh", "a shell"}, {"vm ssh -- df -h /nix", "a command"}}};
}

Command list() {
  return {.name = "vm ls",
          .arguments = "",
          .summary = "List virtual machines",
          .description = "Lists the machines of Colima and Lima.",
          .options = {tool()},
          .examples = {}};
}

} // namespace

std::vector<Command> vm_commands() {
  return {group(), create(), remove(), list(),   restart(),
          setup(), ssh(),    start(),  status(), stop()};
}

} // namespace nixbuild::plugin
