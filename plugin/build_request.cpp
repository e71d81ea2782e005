#include "plugin/build_request.hpp"

#include "plugin/image_options.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::plugin {

namespace {

[[noreturn]] void refuse(std::string message) {
  throw Error(ErrorKind::invalid_input, std::move(message));
}

std::vector<oci::Reference> tags_of(const ParsedOptions& options) {
  std::vector<oci::Reference> tags;
  for (const auto& values : options.all("tag")) {
    auto reference = oci::Reference::parse(values.front());
    if (!reference) refuse(format("invalid tag \"{}\": {}", values.front(), reference.error()));
    if (reference->digest())
      refuse(format("invalid tag \"{}\": a name cannot hold a digest", values.front()));
    tags.push_back(std::move(*reference));
  }
  return tags;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const ParsedOptions& options, std::string_view name) {
  Pairs pairs;
  for (const auto& values : options.all(name))
    pairs.emplace_back(values.at(0), values.at(1));
  return pairs;
}

nix::Options nix_options_of(const ParsedOptions& options) {
  return {.file = options.value("file"),
          .args = pairs_of(options, "arg"),
          .arg_strings = pairs_of(options, "argstr"),
          .override_inputs = pairs_of(options, "override-input"),
          .settings = pairs_of(options, "option"),
          .impure = options.is_on("impure"),
          .accept_flake_config = options.is_on("accept-flake-config"),
          .no_write_lock_file = options.is_on("no-write-lock-file"),
          .refresh = options.is_on("refresh"),
          .offline = options.is_on("offline"),
          .show_trace = options.is_on("show-trace"),
          .keep_going = options.is_on("keep-going"),
          .max_jobs = options.value("max-jobs"),
          .cores = options.value("cores"),
          .builders = options.value("builders")};
}

// An attribute of a file may be left out: the file is then the whole expression.
std::string installable_of(const ParsedOptions& options) {
  if (!options.words.empty()) return options.words.front();
  return options.was_given("file") ? "" : ".";
}

} // namespace

std::optional<oci::Platform> platform_of(const ParsedOptions& options,
                                         const std::optional<std::string>& otherwise) {
  const auto given = options.all("platform");
  const auto text = given.empty() ? otherwise : std::optional(given.back().front());
  if (!text) return std::nullopt;
  if (given.size() > 1 || text->contains(','))
    throw Error(ErrorKind::invalid_input, "several platforms in one run are not supported")
        .with_hint("run docker nixbuild once for each --platform");
  auto platform = oci::Platform::parse(*text);
  if (!platform) refuse(format("invalid platform \"{}\": {}", *text, platform.error()));
  return *platform;
}

void set_builder(pipeline::BuildRequest& request, const std::string& builder) {
  const auto driver = builder::parse_driver(builder);
  request.builder = driver.value_or(pipeline::Builder::automatic);
  if (!driver) request.builder_name = builder;
}

pipeline::BuildRequest parse_build_request(const ParsedOptions& options,
                                           const context::GlobalFlags& docker,
                                           const Environment& environment) {
  pipeline::BuildRequest request{.docker = docker,
                                 .installable = installable_of(options),
                                 .tags = tags_of(options),
                                 .builder_image = options.value("builder-image").value_or(""),
                                 .nix = nix_options_of(options),
                                 .out_link = options.value("out-link"),
                                 .dry_run = options.is_on("dry-run"),
                                 .image_options = image_options_of(options, environment),
                                 .stable_order = options.is_on("stable-order"),
                                 .remove_replaced = options.is_on("rm-replaced")};
  if (const auto platform = platform_of(options, environment.get("DOCKER_DEFAULT_PLATFORM")))
    request.platforms.push_back(*platform);
  set_builder(request, options.value("builder").value_or("auto"));
  if (options.is_on("debug")) request.docker.debug = true;
  return request;
}

} // namespace nixbuild::plugin
