#include "plugin/build_options.hpp"

#include "plugin/cache_options.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace nixbuild::plugin {

namespace {

constexpr std::string_view build_for_platform =
    "Build for PLATFORM instead of the engine's (linux/arm64)";
constexpr std::string_view build_for_platforms =
    "Build for PLATFORM, local, or all, instead of the engine's";

// As build has them: several platforms, each built where it can be.
Option builders_option() {
  Option option = builder_option();
  option.values = {"BUILDER"};
  option.help = "Run Nix by auto, host, ssh, container, NAME or PLATFORM=CONTEXT";
  option.repeatable = true;
  return option;
}

Option platforms_option() {
  Option option = platform_option(build_for_platforms);
  option.repeatable = true;
  option.words.insert(option.words.end(), {"local", "all"});
  return option;
}

// Where the image goes, and what goes with it.
OptionTable output_options() {
  using enum ValueCompletion;
  return {
      {.name = "annotation",
       .values = {"KEY=VALUE"},
       .help = "Annotate each manifest, or with index:KEY=VALUE the index",
       .repeatable = true},
      {.name = "compression",
       .values = {"HOW"},
       .help = "Compress layers that are pushed or written: gzip, zstd or none",
       .completion = words,
       .words = {"gzip", "zstd", "none"}},
      {.name = "force-compression", .help = "Compress layers anew that come compressed otherwise"},
      {.name = "insecure", .help = "Push to a registry without TLS, or with any certificate"},
      {.name = "load", .help = "Load into the engine, beside --push or --output"},
      {.name = "output",
       .letter = 'o',
       .values = {"OUTPUT"},
       .help = "Write the image: type=oci,dest=FILE, or as docker buildx build",
       .repeatable = true,
       .completion = words,
       .words = {"type=docker", "type=oci", "type=tar", "type=local", "type=image",
                 "type=registry"}},
      {.name = "provenance", .help = "Attach how the image was made, as SLSA provenance"},
      {.name = "push", .help = "Push to the registry of each --tag, from here"},
      {.name = "push-from",
       .values = {"WHERE"},
       .help = "Push from the client, or by the engine after loading",
       .completion = words,
       .words = {"client", "engine"}},
      registry_ca_option(),
      {.name = "sbom", .help = "Attach what is in the image, as SPDX"},
  };
}

void sort_by_name(OptionTable& table) {
  std::ranges::sort(table, {}, &Option::name);
}

void append(OptionTable& table, OptionTable more) {
  table.insert(table.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

// The own options of a command that builds, with `more` among them, and those of all such commands.
OptionTable building_options(OptionTable more) {
  using enum ValueCompletion;
  OptionTable table{
      builders_option(),
      builder_image_option(),
      {.name = "check", .help = "Build once more and compare what comes out"},
      debug_option(),
      {.name = "devcontainer-metadata",
       .values = {"WHAT"},
       .help = "Label it for dev containers: a profile, JSON, FILE, or false",
       .completion = words,
       .words = {"privileged", "writable-cgroups", "none", "false"},
       .takes_json = true},
      {.name = "devcontainer-user",
       .values = {"USER"},
       .help = "Have USER work in its dev containers: NAME[:UID[:GID]]"},
      {.name = "dry-run", .help = "Show what would be built, and build and load nothing"},
      {.name = "iidfile",
       .values = {"FILE"},
       .help = "Write the image ID to FILE",
       .completion = files},
      {.name = "metadata-file",
       .values = {"FILE"},
       .help = "Write what was built to FILE, as JSON",
       .completion = files},
      {.name = "out-link",
       .values = {"LINK"},
       .help = "Make LINK point at what Nix built",
       .completion = files},
      platforms_option(),
      progress_option(),
      {.name = "quiet", .letter = 'q', .help = "Print the image ID and nothing else"},
      {.name = "rm-replaced",
       .help = "Remove the image that loses its name unless a container uses it",
       .variable = "NIXBUILD_RM_REPLACED"},
      {.name = "stable-order",
       .help = "Keep the layer order of the image before; changes the image ID",
       .variable = "NIXBUILD_STABLE_ORDER"},
      {.name = "tag",
       .letter = 't',
       .values = {"NAME"},
       .help = "Name the image NAME instead of what it calls itself",
       .repeatable = true},
  };
  append(table, output_options());
  append(table, cache_options());
  append(table, std::move(more));
  sort_by_name(table);
  append(table, image_options());
  append(table, nix_options());
  return table;
}

} // namespace

Option debug_option() {
  return {.name = "debug", .letter = 'D', .help = "Show more of what is done"};
}

Option builder_option() {
  return {.name = "builder",
          .values = {"BUILDER"},
          .help = "Run Nix by auto, host, ssh, container, or the builder of that name",
          .completion = ValueCompletion::words,
          .words = {"auto", "host", "ssh", "container"},
          .variable = "NIXBUILD_BUILDER"};
}

Option builder_image_option() {
  return {.name = "builder-image",
          .values = {"IMAGE"},
          .help = "Make a builder container without a name from IMAGE",
          .variable = "NIXBUILD_BUILDER_IMAGE"};
}

Option platform_option(std::string_view help) {
  using enum ValueCompletion;
  return {.name = "platform",
          .values = {"PLATFORM"},
          .help = help,
          .completion = words,
          .words = {"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/386",
                    "linux/ppc64le", "linux/riscv64", "linux/s390x"},
          .variable = "NIXBUILD_PLATFORM"};
}

Option progress_option() {
  using enum ValueCompletion;
  return {.name = "progress",
          .values = {"MODE"},
          .help = "Show progress as auto, plain, tty, rawjson, quiet or none",
          .completion = words,
          .words = {"auto", "plain", "tty", "rawjson", "quiet", "none"}};
}

Option format_option() {
  return {.name = "format",
          .values = {"FORMAT"},
          .help = "Print in this format (json)",
          .completion = ValueCompletion::words,
          .words = {"json"}};
}

Option registry_ca_option() {
  return {.name = "registry-ca",
          .values = {"FILE"},
          .help = "Trust certificates in FILE, too, when a registry is spoken to",
          .completion = ValueCompletion::files,
          .variable = "NIXBUILD_REGISTRY_CA"};
}

Option watch_option(std::string_view help) {
  return {.name = "watch", .help = help};
}

OptionTable build_options() {
  return building_options({watch_option("Build again whenever files of the flake change")});
}

OptionTable push_options() {
  return building_options(
      {{.name = "auto-tags", .help = "Tag with the branch, latest, and the version, as git tells"},
       {.name = "version",
        .values = {"VERSION"},
        .help = "Take VERSION for --auto-tags, else $VERSION, else a tag of git"}});
}

OptionTable bake_options() {
  using enum ValueCompletion;
  Option builder = builder_option();
  builder.variable = {}; // each target asks for it
  Option image = builder_image_option();
  image.variable = {};
  return {
      builder,
      image,
      debug_option(),
      {.name = "file",
       .letter = 'f',
       .values = {"FILE"},
       .help = "Read the targets from FILE: JSON, or a Compose file",
       .repeatable = true,
       .completion = files},
      {.name = "keep-going", .help = "Build the other targets when one fails"},
      {.name = "list",
       .values = {"WHAT"},
       .help = "List the targets and build nothing",
       .completion = words,
       .words = {"targets"}},
      {.name = "load", .help = "Load all targets, beside their outputs"},
      {.name = "metadata-file",
       .values = {"FILE"},
       .help = "Write what was built to FILE, as JSON with a member for each target",
       .completion = files},
      {.name = "print", .help = "Print the targets as they are understood, and build nothing"},
      progress_option(),
      {.name = "push", .help = "Push all targets to the registries of their tags"},
      {.name = "set",
       .values = {"TARGET.KEY=VALUE"},
       .help = "Override a key of the targets that match (*.platforms=linux/arm64)",
       .repeatable = true},
      watch_option("Build targets again whenever files of their flakes change"),
  };
}

OptionTable inspect_options() {
  OptionTable table{
      builder_option(),
      builder_image_option(),
      debug_option(),
      format_option(),
      platform_option(build_for_platform),
      progress_option(),
      {.name = "quiet", .letter = 'q', .help = "Show no progress"},
      {.name = "verbose", .letter = 'v', .help = "List all store paths of each layer"},
  };
  append(table, image_options());
  append(table, nix_options());
  return table;
}

OptionTable image_options() {
  using enum OptionSection;
  return {
      {.name = "cmd",
       .values = {"ARGV"},
       .help = "Run ARGV: words, or a JSON array of strings",
       .section = image},
      {.name = "entrypoint",
       .values = {"ARGV"},
       .help = "Start containers with ARGV, written as for --cmd",
       .section = image},
      {.name = "env",
       .values = {"NAME[=VALUE]"},
       .help = "Set an environment variable; NAME alone takes the value it has here",
       .repeatable = true,
       .section = image},
      {.name = "expose",
       .values = {"PORT"},
       .help = "Say that PORT is listened on: 8080, 53/udp, 8000-8010",
       .repeatable = true,
       .section = image},
      {.name = "label",
       .values = {"KEY[=VALUE]"},
       .help = "Set a label of the image",
       .repeatable = true,
       .section = image},
      {.name = "max-layers",
       .values = {"N"},
       .help = "Make at most N layers, 2 to 125 (100)",
       .section = image},
      {.name = "name",
       .values = {"NAME"},
       .help = "Call the image NAME instead of after its package",
       .section = image},
      {.name = "user",
       .values = {"USER"},
       .help = "Run as USER: NAME or UID, and :GROUP if wanted",
       .section = image},
      {.name = "workdir",
       .values = {"FOLDER"},
       .help = "Start in FOLDER of the image",
       .section = image},
  };
}

} // namespace nixbuild::plugin
