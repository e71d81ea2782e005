#include "pipeline/remote_job.hpp"

#include "nix/discovery.hpp"
#include "pipeline/build_messages.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

json::object object_of(const SourceNeed& source) {
  return {{"manifest", source.manifest.hex()},
          {"subfolder", source.subfolder},
          {"overrideInput",
           source.override_input ? json::value(*source.override_input) : json::value(nullptr)}};
}

SourceNeed source_need(const json::object& object) {
  auto digest = oci::Digest::parse(format("sha256:{}", object.at("manifest").as_string()));
  if (!digest) throw Error(ErrorKind::corrupt, digest.error());
  SourceNeed source{.manifest = *std::move(digest),
                    .subfolder = std::string(object.at("subfolder").as_string()),
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
  return json::serialize(json::object{
      {"request", to_message(job.request)},
      {"project", job.project},
      {"engineSocket", job.engine_socket ? json::value(*job.engine_socket) : json::value(nullptr)},
      {"sources", std::move(sources)}});
}

RemoteJob parse_remote_job(std::string_view message) {
  try {
    const json::value value = json::parse(message);
    const json::object& object = value.as_object();
    RemoteJob job{.request = parse_request(object.at("request").as_string()),
                  .project = std::string(object.at("project").as_string()),
                  .engine_socket = {},
                  .sources = {}};
    if (const json::value& socket = object.at("engineSocket"); !socket.is_null()) {
      job.engine_socket = std::string(socket.as_string());
    }
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
