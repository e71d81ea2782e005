#include "plugin/bake_command.hpp"

#include "bake/listing.hpp"
#include "bake/resolve.hpp"
#include "plugin/bake_source.hpp"
#include "plugin/bake_target.hpp"
#include "plugin/display.hpp"
#include "plugin/indented_json.hpp"
#include "plugin/output_options.hpp"
#include "plugin/result_files.hpp"
#include "plugin/results.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <fmt/ranges.h>

#include <map>
#include <utility>
#include <vector>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

std::vector<std::string> values_of(const ParsedOptions& options, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& given : options.all(name))
    values.push_back(given.front());
  return values;
}

std::vector<bake::Override> overrides_of(const ParsedOptions& options) {
  std::vector<bake::Override> overrides;
  for (const std::string& text : values_of(options, "set"))
    overrides.push_back(bake::parse_override(text));
  return overrides;
}

void check_list(const ParsedOptions& options) {
  const std::string what = options.value("list").value_or("targets");
  if (what != "targets")
    throw Error(ErrorKind::invalid_input, format("cannot list \"{}\"", what))
        .with_hint("--list=targets lists the targets and groups");
}

std::vector<pipeline::NamedRequest> requests_of(const bake::Selection& selection,
                                                const ParsedOptions& options,
                                                const context::GlobalFlags& docker, World& world,
                                                pipeline::World& inner) {
  std::vector<pipeline::NamedRequest> requests;
  for (const bake::Target& target : selection.targets) {
    BakeRequest one = bake_request(target, options, docker, world.environment);
    if (!one.without_effect.empty())
      progress::notice(inner.reporter, progress::Notice::Level::warning,
                       format("target {}: Nix has no use for {}", target.name,
                              fmt::join(one.without_effect, ", ")));
    check_outputs(one.named.request.outputs, world.out);
    requests.push_back(std::move(one.named));
  }
  return requests;
}

// Two targets of one name: the one that is loaded last would have it, whichever that is.
void check_names(const std::vector<pipeline::NamedRequest>& requests) {
  std::map<std::string, const pipeline::NamedRequest*> owners;
  for (const pipeline::NamedRequest& one : requests) {
    for (const oci::Reference& tag : one.request.tags) {
      const auto [owner, is_new] = owners.try_emplace(tag.str(), &one);
      if (!is_new)
        throw Error(ErrorKind::invalid_input,
                    format("the targets {} and {} both get the name {}", owner->second->name,
                           one.name, tag.familiar()));
    }
  }
}

// Each target's part under its name, as buildx writes it.
std::string metadata_of_all(const std::vector<pipeline::NamedRequest>& requests,
                            const std::vector<pipeline::BuildReport>& reports) {
  std::map<std::string, json::value> parts;
  for (std::size_t index = 0; index < requests.size(); ++index)
    parts[requests[index].name] = json::parse(metadata_of(reports[index]));
  json::object document;
  for (auto& [name, part] : parts)
    document[name] = std::move(part);
  std::string text = indented_json(document);
  while (text.ends_with('\n'))
    text.pop_back();
  return text;
}

struct Baked {
  std::vector<pipeline::NamedRequest> requests;
  std::vector<pipeline::BuildReport> reports;
  std::string text; // what is only to be shown
};

Baked bake_targets(const ParsedOptions& options, const context::GlobalFlags& docker, World& world,
                   pipeline::World& inner, const ResultFiles& files) {
  const bake::Definition definition =
      find_definition(values_of(options, "file"), docker, world, inner);
  if (options.was_given("list")) return {.requests = {}, .reports = {}, .text = listed(definition)};
  const bake::Selection selection = bake::resolve(definition, options.words, overrides_of(options));
  if (options.is_on("print"))
    return {.requests = {},
            .reports = {},
            .text = indented_json(json::parse(bake::printed(selection)))};
  Baked baked{
      .requests = requests_of(selection, options, docker, world, inner), .reports = {}, .text = {}};
  if (baked.requests.empty()) throw Error(ErrorKind::invalid_input, "there are no targets");
  check_names(baked.requests);
  prepare_result_files(files, {pipeline::LoadOutput{}});
  baked.reports = world.build_all(baked.requests, inner, world.cancel);
  return baked;
}

} // namespace

int run_bake(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  if (options.was_given("list")) check_list(options);
  const ResultFiles files{.image_id = {}, .metadata = options.value("metadata-file")};
  const Baked baked = with_display(
      progress_mode_of(options), progress::Activity::building, docker, world,
      [&](pipeline::World& inner) { return bake_targets(options, docker, world, inner, files); });
  if (!baked.text.empty()) world.out.write(baked.text);
  for (const pipeline::BuildReport& report : baked.reports)
    print_results(report, Results::names, world.out);
  if (files.metadata && !baked.reports.empty())
    write_file_atomically(*files.metadata, metadata_of_all(baked.requests, baked.reports));
  return 0;
}

} // namespace nixbuild::plugin
