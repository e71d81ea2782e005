#include "plugin/push_command.hpp"

#include "nix/installable.hpp"
#include "pipeline/auto_tags.hpp"
#include "plugin/build_command.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nixbuild::plugin {

namespace {

// What is asked for the git tree that an installable is of.
std::string folder_of(const pipeline::BuildRequest& request) {
  const auto installable = nix::parse_installable(request.installable, request.nix);
  if (const auto* flake = std::get_if<nix::FlakeAttribute>(&installable)) return flake->flake;
  if (const auto* file = std::get_if<nix::FileAttribute>(&installable))
    return std::filesystem::absolute(file->file).parent_path().string();
  return nix::to_string(installable); // built already, from who knows what
}

bool has_tag(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon != std::string_view::npos && name.find('/', colon) == std::string_view::npos;
}

void add_once(std::vector<oci::Reference>& tags, const oci::Reference& tag) {
  if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
}

// The names as typed where they hold a tag, and each repository with each of `tags`.
std::vector<oci::Reference> tagged(const std::vector<std::vector<std::string>>& names,
                                   const std::vector<std::string>& tags) {
  std::vector<oci::Reference> result;
  for (const auto& values : names) {
    const std::string& name = values.front();
    const auto reference = oci::Reference::parse(name).value();
    if (has_tag(name)) add_once(result, reference);
    for (const std::string& tag : tags)
      add_once(result, oci::Reference::parse(reference.repository() + ":" + tag).value());
  }
  return result;
}

void add_auto_tags(pipeline::BuildRequest& request, const ParsedOptions& options, World& world) {
  const auto names = options.all("tag");
  if (names.empty())
    throw Error(ErrorKind::invalid_input, "--auto-tags needs a repository to tag in")
        .with_hint("name it with --tag REGISTRY/NAME");
  const auto tags = pipeline::auto_tags(
      pipeline::read_tag_facts(world.processes, world.environment, folder_of(request),
                               options.value("version"), world.cancel));
  if (tags.empty())
    throw Error(ErrorKind::not_found, "git tells neither a branch nor a version to tag with")
        .with_hint("give one with --version, or the whole name with --tag NAME:TAG");
  request.tags = tagged(names, tags);
}

} // namespace

int run_push(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  BuildCall call = parse_build_call(options, docker, world.environment, UsualOutput::push);
  if (options.is_on("auto-tags"))
    add_auto_tags(call.request, options, world);
  else if (options.was_given("version"))
    throw Error(ErrorKind::invalid_input, "--version is the version that --auto-tags takes")
        .with_hint("add --auto-tags, or write the version with --tag NAME:VERSION");
  return run_build(call, world);
}

} // namespace nixbuild::plugin
