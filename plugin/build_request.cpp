#include "plugin/build_request.hpp"

#include "plugin/cache_options.hpp"
#include "plugin/devcontainer_options.hpp"
#include "plugin/image_options.hpp"
#include "plugin/platform_options.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <optional>
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

// A value of --builder with "=": the context whose machine builds for a platform.
std::pair<oci::Platform, std::string> node_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string platform_text = text.substr(0, equals);
  const auto platform = oci::Platform::parse(platform_text);
  if (!platform)
    refuse(format("invalid platform \"{}\" in --builder {}: {}", platform_text, text,
                  platform.error()));
  std::string context = text.substr(equals + 1);
  if (context.empty()) refuse(format("--builder {} names no context", text));
  return {*platform, std::move(context)};
}

void set_builders(pipeline::BuildRequest& request, const ParsedOptions& options,
                  const Environment& environment) {
  std::optional<std::string> builder;
  for (const auto& values : options.all("builder")) {
    if (!values.front().contains('=')) {
      builder = values.front();
      continue;
    }
    auto node = node_of(values.front());
    if (std::ranges::find(request.nodes, node.first, &decltype(node)::first) != request.nodes.end())
      refuse(format("--builder names two contexts for {}", node.first.str()));
    request.nodes.push_back(std::move(node));
  }
  // The table's variable gives a value only where no --builder is given at all.
  if (!builder) builder = environment.get("NIXBUILD_BUILDER");
  set_builder(request, builder.value_or("auto"));
}

} // namespace

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
  request.sbom = options.is_on("sbom");
  request.provenance = options.is_on("provenance");
  request.check = options.is_on("check");
  request.amendments = devcontainer_amendments_of(options);
  set_caches(request, options, environment);
  set_platforms(request, options, environment);
  set_builders(request, options, environment);
  if (options.is_on("debug")) request.docker.debug = true;
  return request;
}

} // namespace nixbuild::plugin
