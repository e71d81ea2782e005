#include "plugin/bake_command.hpp"

#include "bake/listing.hpp"
#include "bake/resolve.hpp"
#include "plugin/bake_source.hpp"
#include "plugin/bake_target.hpp"
#include "plugin/build_and_watch.hpp"
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
using MetadataParts = std::map<std::string, json::value>;

std::string to_text(const MetadataParts& parts) {
  json::object document;
  for (const auto& [name, part] : parts)
    document[name] = part;
  std::string text = indented_json(document);
  while (text.ends_with('\n'))
    text.pop_back();
  return text;
}

// What is to be built, or what is only to be shown.
struct Plan {
  std::vector<pipeline::NamedRequest> requests;
  std::string text;
};

Plan make_plan(const ParsedOptions& options, const context::GlobalFlags& docker, World& world,
               pipeline::World& inner) {
  const bake::Definition definition =
      find_definition(values_of(options, "file"), docker, world, inner);
  if (options.was_given("list")) return {.requests = {}, .text = listed(definition)};
  const bake::Selection selection = bake::resolve(definition, options.words, overrides_of(options));
  if (options.is_on("print"))
    return {.requests = {}, .text = indented_json(json::parse(bake::printed(selection)))};
  Plan plan{.requests = requests_of(selection, options, docker, world, inner), .text = {}};
  if (plan.requests.empty()) throw Error(ErrorKind::invalid_input, "there are no targets");
  check_names(plan.requests);
  return plan;
}

// Builds targets and tells what came of them.
class Bakery {
public:
  Bakery(const ParsedOptions& options, World& world)
      : world_(world)
      , files_{.image_id = {}, .metadata = options.value("metadata-file")} {}

  [[nodiscard]] std::vector<pipeline::BuildReport>
  build(const std::vector<pipeline::NamedRequest>& requests, pipeline::World& inner) {
    prepare_result_files(files_, {pipeline::LoadOutput{}});
    return world_.build_all(requests, inner, world_.cancel);
  }

  // Of targets that are built again the metadata take the place of the old ones.
  void tell(const std::vector<pipeline::NamedRequest>& requests,
            const std::vector<pipeline::BuildReport>& reports) {
    for (const pipeline::BuildReport& report : reports)
      print_results(report, Results::names, world_.out);
    if (!files_.metadata || reports.empty()) return;
    for (std::size_t index = 0; index < requests.size(); ++index)
      metadata_[requests[index].name] = json::parse(metadata_of(reports[index]));
    write_file_atomically(*files_.metadata, to_text(metadata_));
  }

private:
  World& world_;
  ResultFiles files_;
  MetadataParts metadata_;
};

int bake_whenever_files_change(const ParsedOptions& options, const context::GlobalFlags& docker,
                               World& world) {
  const progress::Mode mode = progress_mode_of(options);
  const auto displayed = [&](auto&& work) {
    return with_display(mode, progress::Activity::building, docker, world, work);
  };
  Bakery bakery(options, world);
  const auto requests = [&] {
    return displayed(
        [&](pipeline::World& inner) { return make_plan(options, docker, world, inner).requests; });
  };
  const auto build = [&](const std::vector<pipeline::NamedRequest>& due) {
    const auto reports =
        displayed([&](pipeline::World& inner) { return bakery.build(due, inner); });
    bakery.tell(due, reports);
  };
  const auto definition = [&] {
    return definition_files(values_of(options, "file"), world.environment);
  };
  WatchedCommand command{
      .requests = requests, .definition = definition, .build = build, .progress = mode};
  if (const auto file = options.value("metadata-file")) command.written.insert(*file);
  return build_and_watch(command, world);
}

int bake_once(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  Bakery bakery(options, world);
  Plan plan;
  std::vector<pipeline::BuildReport> reports;
  with_display(progress_mode_of(options), progress::Activity::building, docker, world,
               [&](pipeline::World& inner) {
                 plan = make_plan(options, docker, world, inner);
                 if (plan.text.empty()) reports = bakery.build(plan.requests, inner);
               });
  if (!plan.text.empty()) world.out.write(plan.text);
  bakery.tell(plan.requests, reports);
  return 0;
}

} // namespace

int run_bake(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  if (options.was_given("list")) check_list(options);
  if (!options.is_on("watch")) return bake_once(options, docker, world);
  if (options.was_given("list") || options.is_on("print"))
    throw Error(ErrorKind::usage, "--watch makes no sense with --list or --print");
  return bake_whenever_files_change(options, docker, world);
}

} // namespace nixbuild::plugin
