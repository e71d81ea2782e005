#include "pipeline/remote_job.hpp"

#include "nix/discovery.hpp"
#include "pipeline/build_messages.hpp"
#include "pipeline/inspection_messages.hpp"
#include "pipeline/message_parts.hpp"
#include "pipeline/prune_messages.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

using namespace std::string_view_literals;

constexpr std::array tasks{std::pair{RemoteTask::build, "build"sv},
                           std::pair{RemoteTask::inspect, "inspect"sv},
                           std::pair{RemoteTask::prune, "prune"sv}};

std::string_view name_of(RemoteTask task) {
  return std::ranges::find(tasks, task, &decltype(tasks)::value_type::first)->second;
}

RemoteTask task_named(std::string_view name) {
  const auto* const task = std::ranges::find(tasks, name, &decltype(tasks)::value_type::second);
  if (task == tasks.end()) throw std::runtime_error(format("unknown task {}", name));
  return task->first;
}

json::object source_object(const SourceNeed& source) {
  return {{"root", source.root.string()},
          {"isGit", source.is_git},
          {"subfolder", source.subfolder},
          {"reference", source.reference},
          {"mark", text_or_null(source.mark)},
          {"overrideInput",
           source.override_input ? json::value(*source.override_input) : json::value(nullptr)}};
}

SourceNeed source_need(const json::object& object) {
  SourceNeed source{.root = std::string(object.at("root").as_string()),
                    .is_git = object.at("isGit").as_bool(),
                    .subfolder = std::string(object.at("subfolder").as_string()),
                    .reference = std::string(object.at("reference").as_string()),
                    .mark = optional_text(object.at("mark")),
                    .override_input = {}};
  if (!object.at("overrideInput").is_null()) {
    source.override_input = object.at("overrideInput").to_number<std::size_t>();
  }
  return source;
}

} // namespace

UnableToBuild no_nix() {
  return {.message = "there is no Nix",
          .hint = format("`docker nixbuild vm setup` puts Nix there, as by hand `{}`.",
                         nix::install_command)};
}

std::string to_message(const RemoteJob& job) {
  json::array requests;
  for (const auto& [name, request] : job.requests)
    requests.push_back(json::object{{"name", name}, {"request", to_message(request)}});
  json::array sources;
  for (const SourceNeed& source : job.sources)
    sources.push_back(source_object(source));
  return json::serialize(json::object{{"task", name_of(job.task)},
                                      {"requests", std::move(requests)},
                                      {"project", job.project},
                                      {"engineSocket", text_or_null(job.engine_socket)},
                                      {"sources", std::move(sources)},
                                      {"pruneRemoves", job.prune_mode == PruneMode::remove},
                                      {"handOver", job.hand_over}});
}

RemoteJob parse_remote_job(std::string_view message) {
  return reading("job from another docker-nixbuild", [&] {
    const json::object object = object_in(message);
    RemoteJob job{.task = task_named(object.at("task").as_string()),
                  .requests = {},
                  .project = text(object.at("project")),
                  .engine_socket = optional_text(object.at("engineSocket")),
                  .sources = {},
                  .prune_mode =
                      object.at("pruneRemoves").as_bool() ? PruneMode::remove : PruneMode::look,
                  .hand_over = object.at("handOver").as_bool()};
    for (const json::value& request : object.at("requests").as_array())
      job.requests.push_back({.name = text(request.at("name")),
                              .request = parse_request(request.at("request").as_string())});
    if (job.requests.empty()) throw std::runtime_error("there are no requests");
    for (const json::value& source : object.at("sources").as_array())
      job.sources.push_back(source_need(source.as_object()));
    return job;
  });
}

std::string to_message(const RemoteResult& result) {
  json::object object;
  if (const auto* unable = std::get_if<UnableToBuild>(&result)) {
    object = {{"unable", unable->message}, {"hint", unable->hint}};
  } else if (const auto* inspection = std::get_if<Inspection>(&result)) {
    object["inspection"] = to_message(*inspection);
  } else if (const auto* prunable = std::get_if<Prunable>(&result)) {
    object["prunable"] = to_message(*prunable);
  } else {
    json::array reports;
    for (const BuildReport& report : std::get<BuildReports>(result))
      reports.emplace_back(to_message(report));
    object["reports"] = std::move(reports);
  }
  return json::serialize(object);
}

RemoteResult parse_remote_result(std::string_view message) {
  return reading("answer of another docker-nixbuild", [&] -> RemoteResult {
    const json::object object = object_in(message);
    if (object.contains("unable")) {
      return UnableToBuild{.message = text(object.at("unable")), .hint = text(object.at("hint"))};
    }
    if (const json::value* inspection = object.if_contains("inspection"))
      return parse_inspection(inspection->as_string());
    if (const json::value* prunable = object.if_contains("prunable"))
      return parse_prunable(prunable->as_string());
    BuildReports reports;
    for (const json::value& report : object.at("reports").as_array())
      reports.push_back(parse_report(report.as_string()));
    return reports;
  });
}

} // namespace nixbuild::pipeline
