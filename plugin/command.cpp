#include "plugin/command.hpp"

#include "plugin/build_options.hpp"
#include "plugin/builder_commands.hpp"
#include "plugin/cache_commands.hpp"
#include "plugin/devcontainer_commands.hpp"
#include "plugin/hooks_commands.hpp"
#include "plugin/install_commands.hpp"
#include "plugin/option_reader.hpp"
#include "plugin/vm_commands.hpp"

#include <algorithm>

namespace nixbuild::plugin {

namespace {

const Option help_option{
    .name = "help", .letter = 'h', .help = "Show how the command is used", .hidden = true};

Command build_command() {
  Command command{
      .name = "build",
      .arguments = "[INSTALLABLE]",
      .summary = "Build an image, and load, push or write it (the default command)",
      .description = "Builds INSTALLABLE for the platform of the engine behind the current Docker "
                     "context, and "
                     "loads the image into that engine, pushes it (--push), or writes it "
                     "(--output). INSTALLABLE is what nix build takes: an "
                     "attribute of a "
                     "flake (.#image), a store path, or with --file an attribute of an expression; "
                     "or the path "
                     "of an image archive. Without it the default package of the flake in this "
                     "folder is built.",
      .most_words = 1,
      .options = build_options(),
      .examples = {{".#layeredImage", "an attribute of the flake in this folder"},
                   {"-t me/app:dev github:you/project#image", "a flake elsewhere, named anew"},
                   {"--file default.nix image", "an attribute of a Nix expression"},
                   {"--push -t me/app --platform all", "for several platforms, to a registry"},
                   {"-o type=oci,dest=image.tar", "into a file"},
                   {"--watch .#image", "again whenever files of the flake change"},
                   {"./result", "an archive that was built already"}}};
  command.options.push_back(help_option);
  return command;
}

Command push_command() {
  Command command{
      .name = "push",
      .arguments = "[INSTALLABLE]",
      .summary = "Build an image and push it to a registry",
      .description =
          "Builds INSTALLABLE as build does, and pushes it to the registry of each --tag, without "
          "an engine between. With --auto-tags each --tag is a repository, which gets the branch, "
          "latest on the default branch, the version, and of a release its parts (1.2, 1) as "
          "tags; git tells them.",
      .most_words = 1,
      .options = push_options(),
      .examples = {{"push -t ghcr.io/me/app:1.2 .#image", "to a registry"},
                   {"push --auto-tags -t me/app", "tags of the branch and the version"}}};
  command.options.push_back(help_option);
  return command;
}

Command imagetools_command() {
  return {.name = "imagetools",
          .arguments = "COMMAND",
          .summary = "Look at images in registries",
          .description = "Looks at images in registries.",
          .options = {help_option},
          .examples = {}};
}

Command imagetools_inspect_command() {
  return {
      .name = "imagetools inspect",
      .arguments = "REFERENCE",
      .summary = "Show what a registry has under a name",
      .description =
          "Shows the index or manifest that REFERENCE leads to in its registry: its digest, the "
          "platforms and their manifests, attestations, annotations, and the layers of a "
          "single image.",
      .most_words = 1,
      .options = {format_option(),
                  {.name = "insecure", .help = "Ask without TLS, or with any certificate"},
                  {.name = "raw", .help = "Print the index or manifest as it is"},
                  registry_ca_option(),
                  help_option},
      .examples = {{"imagetools inspect ghcr.io/me/app:1.2", "what is at a tag"}}};
}

Command inspect_command() {
  Command command{
      .name = "inspect",
      .arguments = "[INSTALLABLE]",
      .summary = "Show the layers of an image and what a load would send",
      .description = "Builds INSTALLABLE as build does, loads nothing, and shows the image: its "
                     "name, ID and platform, its layers with their sizes and the store paths in "
                     "them, which of them the engine has, and how many bytes a load would send.",
      .most_words = 1,
      .options = inspect_options(),
      .examples = {{"inspect .#layeredImage", "an attribute of the flake in this folder"},
                   {"inspect --format json ./result", "an archive, told to a script"}}};
  command.options.push_back(help_option);
  return command;
}

Command prune_command() {
  return {.name = "prune",
          .arguments = "",
          .summary = "Remove what this plugin keeps and no longer needs",
          .description =
              "Removes digests of layers and evaluations that are remembered beyond what "
              "is useful, the garbage-collector roots of projects whose folders are gone, "
              "images that were loaded and have lost their names, containers and volumes of "
              "builders that are gone; on an engine's machine behind ssh the same there, and "
              "agents of other versions. Shows them first and asks. Costs no more than time "
              "when something is built again.",
          .most_words = 0,
          .options = {{.name = "all",
                       .letter = 'a',
                       .help = "The builder container that has no name, too, with its Nix store"},
                      {.name = "force", .letter = 'f', .help = "Do not ask"},
                      help_option},
          .examples = {}};
}

Command doctor_command() {
  return {.name = "doctor",
          .arguments = "[CHECK…]",
          .summary = "Find out what keeps images from being built",
          .description =
              "Looks at everything that a build here would use: the context, its engine and the "
              "machine behind it, Nix there, its caches and builders, containers, and the folder. "
              "Tells what is wrong and what to do about it. CHECK is the name of a check, such as "
              "N7, as messages of build have it; without one all are made that there is something "
              "for. Nothing is changed without --fix. The exit status is 1 when something keeps "
              "images from being built.",
          .most_words = 1000,
          .options = {{.name = "fix", .help = "Mend what loses nothing by it, after asking"},
                      {.name = "force", .letter = 'f', .help = "Do not ask"},
                      format_option(),
                      {.name = "log",
                       .values = {"FILE"},
                       .help = "Read what a failed command has printed, too (-: standard input)",
                       .completion = ValueCompletion::files},
                      help_option},
          .examples = {{"doctor", "everything"},
                       {"doctor N7 --fix", "one check, and mend it"},
                       {"doctor --log build.log", "what a build that failed says, too"}}};
}

Command info_command() {
  return {.name = "info",
          .arguments = "",
          .summary = "Show which context, engine and Nix are used",
          .description =
              "Shows what the current Docker context leads to: the endpoint, the engine, "
              "its image store and platform, the builder that is chosen for it, and the Nix of "
              "this machine.",
          .most_words = 0,
          .options = {format_option(), help_option},
          .examples = {}};
}

Command bake_command() {
  Command command{
      .name = "bake",
      .arguments = "[TARGET…]",
      .summary = "Build many images together",
      .description =
          "Builds the images of the targets and groups TARGET side by side, and loads them, or "
          "does "
          "with each what its output says. Targets are read from --file, else from nixbuild.json "
          "or "
          "docker-bake.json here, else they are the Nix services of the Compose project here, else "
          "the images of the flake here. A target has installable and the long options of build, "
          "or buildx's names of them. Without TARGET the group or target default is built, or "
          "all.",
      .most_words = 1000,
      .options = bake_options(),
      .examples = {{"bake", "what is described here"},
                   {"bake --push --set '*.tags=me/web:1' web", "a target, named otherwise"},
                   {"bake --print", "show what would be built"}}};
  command.options.push_back(help_option);
  return command;
}

Command compose_command() {
  return {
      .name = "compose",
      .arguments = "[COMPOSE OPTIONS] COMMAND …",
      .summary = "Build the images of a Compose project, then run docker compose",
      .description =
          "Runs docker compose with the same arguments. In front of up, build, create, run and "
          "watch it builds the images of the services that the command needs and that Nix makes, "
          "all of them side by side, and loads them; when one fails nothing is started. A service "
          "is Nix's by a member of its name in the Compose file's x-nixbuild, or by provider: "
          "{type: nixbuild}. Their options are installable and the long options of build. With "
          "--watch, which stands before COMMAND as --recreate does, COMMAND is up --detach, create "
          "or build.",
      .most_words = 0,
      .options = {{.name = "recreate",
                   .help = "With --watch: re-create the services whose image has changed"},
                  watch_option("Build again whenever files of the services' flakes change"),
                  help_option},
      .examples = {{"compose up -d", "with images of the project as it is now"},
                   {"compose --watch --recreate up -d", "and anew whenever files change"},
                   {"compose -f dev.yaml run --rm web sh", "as any command of docker compose"}}};
}

Command load_command() {
  Option platform = platform_option("Load the image for PLATFORM instead of the engine's");
  platform.variable = {}; // as little as docker load
  return {.name = "load",
          .arguments = "",
          .summary = "Load image archives as docker load does, sending only missing layers",
          .description =
              "Loads the images of an archive, as docker save, docker buildx build --output, "
              "skopeo and dockerTools write them, plain or compressed by gzip, zstd or xz. Takes "
              "the place of docker load, and sends only the layers that the engine lacks. An OCI "
              "archive for several platforms gives the image for the engine's.",
          .most_words = 0,
          .options = {debug_option(),
                      {.name = "input",
                       .letter = 'i',
                       .values = {"FILE"},
                       .help = "Read the archive from FILE instead of standard input",
                       .completion = ValueCompletion::files},
                      platform,
                      progress_option(),
                      {.name = "quiet", .letter = 'q', .help = "Show no progress"},
                      help_option},
          .examples = {{"load -i image.tar.gz", "an archive"},
                       {"load < result", "the same from standard input"}}};
}

std::vector<Command> make_commands() {
  std::vector<Command> all{build_command(),   load_command(),       push_command(),
                           inspect_command(), imagetools_command(), imagetools_inspect_command(),
                           prune_command(),   info_command(),       doctor_command(),
                           compose_command(), bake_command()};
  for (auto group : {builder_commands(), cache_commands(), devcontainer_commands(), vm_commands(),
                     hooks_commands(), install_commands()}) {
    for (Command& command : group) {
      command.options.push_back(help_option);
      all.push_back(std::move(command));
    }
  }
  all.push_back({.name = "version",
                 .arguments = "",
                 .summary = "Show the version of this plugin",
                 .description = "Shows the version of this plugin.",
                 .most_words = 0,
                 .options = {help_option},
                 .examples = {}});
  all.push_back({.name = "help",
                 .arguments = "[COMMAND]",
                 .summary = "Show how a command is used",
                 .description = "Shows how COMMAND is used, or which commands there are.",
                 .most_words = 2,
                 .options = {help_option},
                 .examples = {}});
  return all;
}

} // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = make_commands();
  return all;
}

const Command& default_command() {
  return commands().front();
}

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(commands(), name, &Command::name);
  return found == commands().end() ? nullptr : &*found;
}

std::vector<const Command*> commands_of(const Command& command) {
  std::vector<const Command*> found;
  const std::string start = std::string(command.name) + " ";
  for (const Command& one : commands())
    if (one.name.starts_with(start)) found.push_back(&one);
  return found;
}

std::vector<const Command*> top_commands() {
  std::vector<const Command*> found;
  for (const Command& one : commands())
    if (!one.name.contains(' ')) found.push_back(&one);
  return found;
}

ChosenCommand choose_command(std::span<const std::string> arguments) {
  const Command* command = nullptr;
  std::vector<std::string> own(arguments.begin(), arguments.end());
  std::ptrdiff_t names = 0;
  // Which arguments are words, and not values, only a table can tell; build's is the one that
  // counts when no command is named.
  OptionReader reader(default_command().options, arguments);
  while (const auto token = reader.next()) {
    if (token->kind == Token::Kind::dashes) break;
    if (token->kind != Token::Kind::word) continue;
    const std::string group = command == nullptr ? "" : std::string(command->name) + " ";
    const Command* named = find_command(group + token->text);
    if (named == nullptr || token->text.contains(' ')) break;
    command = named;
    own.erase(own.begin() + static_cast<std::ptrdiff_t>(token->index) - names++);
    if (commands_of(*command).empty()) break;
  }
  return {.command = command == nullptr ? default_command() : *command,
          .arguments = std::move(own),
          .named = command != nullptr};
}

const std::vector<Variable>& environment_variables() {
  static const std::vector<Variable> variables{
      {"DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, "
       "DOCKER_API_VERSION",
       "which engine is meant and how it is reached, as for every docker command"},
      {"DOCKER_DEFAULT_PLATFORM", "the platforms, separated by commas, where neither --platform "
                                  "nor NIXBUILD_PLATFORM names any"},
      {"NIXBUILD_PROGRESS, BUILDKIT_PROGRESS", "how progress is shown where --progress is auto"},
      {"NIXBUILD_AGENT_DIR", "the folder of the programs docker-nixbuild-agent-linux-amd64 and "
                             "-arm64, which are copied to "
                             "the machine of an engine by ssh, or into a builder container"},
      {"COLIMA_INSTANCE, COLIMA_PROFILE",
       "the machine that the commands of vm mean where none is named"},
      {"NIXBUILD_COMPOSE_BUILT", "set by docker nixbuild compose for the provider that its Compose "
                                 "calls: services that were built a moment ago"},
      {"CACHIX_NAME",
       "a cache of Cachix to fetch from, and with a token to push to, where no cache "
       "is named"},
      {"CACHIX_AUTH_TOKEN, CACHIX_SIGNING_KEY",
       "who to be at Cachix, and the key of a cache that is signed here, in place of what "
       "cachix.dhall says"},
      {"NO_COLOR, BUILDKIT_COLORS", "no colors, or other ones, in the display of a terminal"},
      {"BUILDKIT_TTY_LOG_LINES, TTY_DISPLAY_RATE",
       "log lines of each running step, and milliseconds between redraws, in the display of a "
       "terminal"},
  };
  return variables;
}

} // namespace nixbuild::plugin
