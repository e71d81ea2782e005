#include "pipeline/remote_job.hpp"

#include "nix/discovery.hpp"
#include "pipeline/build_messages.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

json::value or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

std::optional<std::string> text_or_null(const json::value& value) {
  return value.is_null() ? std::nullopt : std::optional(std::string(value.as_string()));
}

json::object object_of(const SourceNeed& source) {
  return {{"root", source.root.string()},
          {"isGit", source.is_git},
          {"subfolder", source.subfolder},
          {"reference", source.reference},
          {"mark", or_null(source.mark)},
          {"overrideInput",
           source.override_input ? json::value(*source.override_input) : json::value(nullptr)}};
}

SourceNeed source_need(const json::object& object) {
  SourceNeed source{.root = std::string(object.at("root").as_string()),
                    .is_git = object.at("isGit").as_bool(),
                    .subfolder = std::string(object.at("subfolder").as_string()),
                    .reference = std::string(object.at("reference").as_string()),
                    .mark = text_or_null(object.at("mark")),
                    .override_input = {}};
  if (!object.at("overrideInput").is_null()) {
    source.override_input = object.at("overrideInput").to_number<std::size_t>();
  }
  return source;
}

[[noreturn]] void fail(const std::exception& problem) {
  throw Error(ErrorKind::corrupt,
              format("cannot read what another docker-nixbuild says: {}", problem.what()));
}

} // namespace

UnableToBuild no_nix() {
  return {.message = "there is no Nix",
          .hint = format("Nix is installed there by `{}`.", nix::install_command)};
}

std::string to_message(const RemoteJob& job) {
  json::array sources;
  for (const SourceNeed& source : job.sources)
    sources.push_back(object_of(source));
  return json::serialize(json::object{{"request", to_message(job.request)},
                                      {"project", job.project},
                                      {"engineSocket", or_null(job.engine_socket)},
                                      {"sources", std::move(sources)}});
}

RemoteJob parse_remote_job(std::string_view message) {
  try {
    const json::value value = json::parse(message);
    const json::object& object = value.as_object();
    RemoteJob job{.request = parse_request(object.at("request").as_string()),
                  .project = std::string(object.at("project").as_string()),
                  .engine_socket = text_or_null(object.at("engineSocket")),
                  .sources = {}};
    for (const json::value& source : object.at("sources").as_array())
      job.sources.push_back(source_need(source.as_object()));
    return job;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& problem) {
    fail(problem);
  }
}

std::string to_message(const RemoteResult& result) {
  if (const auto* unable = std::get_if<UnableToBuild>(&result)) {
    return json::serialize(json::object{{"unable", unable->message}, {"hint", unable->hint}});
  }
  return json::serialize(json::object{{"report", to_message(std::get<BuildReport>(result))}});
}

RemoteResult parse_remote_result(std::string_view message) {
  try {
    const json::value value = json::parse(message);
    const json::object& object = value.as_object();
    if (object.contains("unable")) {
      return UnableToBuild{.message = std::string(object.at("unable").as_string()),
                           .hint = std::string(object.at("hint").as_string())};
    }
    return parse_report(object.at("report").as_string());
  } catch (const Error&) {
    throw;
  } catch (const std::exception& problem) {
    fail(problem);
  }
}

} // namespace nixbuild::pipeline
