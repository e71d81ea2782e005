#include "plugin/docker_build.hpp"

#include "plugin/option_reader.hpp"
#include "plugin/parsed_options.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view nix_suffix = ".nix";

// All options of docker build: which ones take a value has to be known to find --file.
const OptionTable& docker_options() {
  static const OptionTable table{
      {.name = "add-host", .values = {"V"}, .repeatable = true},
      {.name = "allow", .values = {"V"}, .repeatable = true},
      {.name = "annotation", .values = {"V"}, .repeatable = true},
      {.name = "attest", .values = {"V"}, .repeatable = true},
      {.name = "build-arg", .values = {"V"}, .repeatable = true},
      {.name = "build-context", .values = {"V"}, .repeatable = true},
      {.name = "builder", .values = {"V"}},
      {.name = "cache-from", .values = {"V"}, .repeatable = true},
      {.name = "cache-to", .values = {"V"}, .repeatable = true},
      {.name = "call", .values = {"V"}},
      {.name = "cgroup-parent", .values = {"V"}},
      {.name = "check"},
      {.name = "compress"},
      {.name = "cpu-period", .values = {"V"}},
      {.name = "cpu-quota", .values = {"V"}},
      {.name = "cpu-shares", .letter = 'c', .values = {"V"}},
      {.name = "cpuset-cpus", .values = {"V"}},
      {.name = "cpuset-mems", .values = {"V"}},
      {.name = "debug", .letter = 'D'},
      {.name = "disable-content-trust"},
      {.name = "file", .letter = 'f', .values = {"V"}},
      {.name = "force-rm"},
      {.name = "help", .letter = 'h'},
      {.name = "iidfile", .values = {"V"}},
      {.name = "isolation", .values = {"V"}},
      {.name = "label", .values = {"V"}, .repeatable = true},
      {.name = "load"},
      {.name = "memory", .letter = 'm', .values = {"V"}},
      {.name = "memory-swap", .values = {"V"}},
      {.name = "metadata-file", .values = {"V"}},
      {.name = "network", .values = {"V"}},
      {.name = "no-cache"},
      {.name = "no-cache-filter", .values = {"V"}, .repeatable = true},
      {.name = "output", .letter = 'o', .values = {"V"}, .repeatable = true},
      {.name = "platform", .values = {"V"}, .repeatable = true},
      {.name = "policy", .values = {"V"}, .repeatable = true},
      {.name = "progress", .values = {"V"}},
      {.name = "provenance", .values = {"V"}},
      {.name = "pull"},
      {.name = "push"},
      {.name = "quiet", .letter = 'q'},
      {.name = "rm"},
      {.name = "sbom", .values = {"V"}},
      {.name = "secret", .values = {"V"}, .repeatable = true},
      {.name = "security-opt", .values = {"V"}, .repeatable = true},
      {.name = "shm-size", .values = {"V"}},
      {.name = "squash"},
      {.name = "ssh", .values = {"V"}, .repeatable = true},
      {.name = "tag", .letter = 't', .values = {"V"}, .repeatable = true},
      {.name = "target", .values = {"V"}},
      {.name = "ulimit", .values = {"V"}, .repeatable = true},
  };
  return table;
}

// What build calls by the same name and means so.
constexpr std::array<std::string_view, 14> same{
    "annotation", "builder",       "debug",    "help",     "iidfile", "label", "load",
    "output",     "metadata-file", "platform", "progress", "push",    "quiet", "tag"};
// They change how a Dockerfile is built, and not what comes of it.
constexpr std::array<std::string_view, 9> without_meaning{
    "cache-from", "cache-to",        "compress", "disable-content-trust", "force-rm", "no-cache",
    "pull",       "no-cache-filter", "rm"};

bool among(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string file_of(std::span<const std::string> arguments) {
  std::string file;
  OptionReader reader(docker_options(), arguments);
  while (const auto token = reader.next())
    if (token->kind == Token::Kind::option && token->option->name == "file")
      file = token->values.front();
  return file;
}

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::invalid_input, message).with_hint(hint);
}

// --sbom and --provenance take values; with us they are switches.
std::string switch_of(std::string_view name, std::string_view value) {
  if (value == "true" || value == "1" || (name == "provenance" && value.starts_with("mode=")))
    return format("--{}", name);
  if (value == "false" || value == "0") return format("--{}=false", name);
  refuse(format("docker build of a .nix file does not take --{}={}", name, value),
         format("--{0}=true and --{0}=false are understood", name));
}

class Translation {
public:
  Translation(fs::path file, const Environment& environment)
      : file_(std::move(file))
      , environment_(environment) {}

  void add(const ParsedOptions::Given& given) {
    const std::string_view name = given.option->name;
    const std::string& value = given.values.front();
    if (name == "file") return;
    if (name == "target") {
      target_ = value;
    } else if (name == "build-arg") {
      add_argument(value);
    } else if (name == "sbom" || name == "provenance") {
      build_.arguments.push_back(switch_of(name, value));
    } else if (among(same, name)) {
      build_.arguments.push_back(format("--{}={}", name, value));
    } else if (among(without_meaning, name)) {
      build_.ignored.push_back(format("--{}", name));
    } else {
      refuse(format("docker build of {} does not take --{}", file_.string(), name),
             "Nix makes this image from what the file says; docker nixbuild build --help lists the "
             "options that there are");
    }
  }

  NixBuild finish() && {
    auto& arguments = build_.arguments;
    if (is_flake()) {
      std::string flake = file_.parent_path().string();
      if (flake.empty()) flake = ".";
      if (!flake.starts_with('/') && !flake.starts_with('.')) flake = "./" + flake;
      arguments.insert(arguments.end(),
                       {"--", target_.empty() ? flake : format("{}#{}", flake, target_)});
    } else {
      arguments.push_back(format("--file={}", file_.string()));
      if (!target_.empty()) arguments.insert(arguments.end(), {"--", target_});
    }
    return std::move(build_);
  }

private:
  [[nodiscard]] bool is_flake() const { return file_.filename() == "flake.nix"; }

  // Without "=" it is the variable's value, where there is one, as with docker.
  void add_argument(const std::string& text) {
    if (is_flake())
      refuse("a flake takes no --build-arg",
             "name another attribute with --target, or another file with --file");
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto value = equals == std::string::npos ? environment_.get(name)
                                                   : std::optional(text.substr(equals + 1));
    if (value) build_.arguments.insert(build_.arguments.end(), {"--argstr", name, *value});
  }

  fs::path file_;
  const Environment& environment_;
  std::string target_;
  NixBuild build_;
};

// Docker looks from where it is called, and a build context elsewhere may be meant.
fs::path found(const fs::path& file, const fs::path& context, const fs::path& folder) {
  std::error_code ignored;
  if (file.is_absolute() || fs::exists(folder / file, ignored)) return file;
  return fs::exists(folder / context / file, ignored) ? context / file : file;
}

void check_context(const std::vector<std::string>& words) {
  if (words.size() != 1)
    throw Error(ErrorKind::usage, "docker build takes one argument, the build context")
        .with_hint("docker build -f flake.nix .");
  const std::string& context = words.front();
  if (context == "-" || context.contains("://") || context.starts_with("git@"))
    refuse(format("docker build of a .nix file needs a folder, and not {}", context),
           "docker nixbuild takes flakes elsewhere: docker nixbuild github:you/project#image");
}

} // namespace

std::optional<NixBuild> nix_build_of(std::span<const std::string> arguments,
                                     const Environment& environment, const fs::path& folder) {
  const std::string file = file_of(arguments);
  if (!fs::path(file).filename().string().ends_with(nix_suffix)) return std::nullopt;
  const ParsedOptions options = parse_options(docker_options(), arguments, Until::end);
  if (options.is_on("help")) return NixBuild{.arguments = {"--help"}, .ignored = {}};
  check_context(options.words);
  Translation translation(found(file, options.words.front(), folder), environment);
  for (const ParsedOptions::Given& given : options.given)
    translation.add(given);
  return std::move(translation).finish();
}

} // namespace nixbuild::plugin
