#include "pipeline/build_messages.hpp"

#include "pipeline/message_parts.hpp"

#include <boost/json.hpp>

#include <utility>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

json::array array_of_pairs(const Pairs& pairs) {
  json::array array;
  for (const auto& [first, second] : pairs)
    array.push_back(json::array{first, second});
  return array;
}

json::object object_of(const nix::Options& options) {
  return {{"file", text_or_null(options.file)},
          {"args", array_of_pairs(options.args)},
          {"argStrings", array_of_pairs(options.arg_strings)},
          {"overrideInputs", array_of_pairs(options.override_inputs)},
          {"settings", array_of_pairs(options.settings)},
          {"impure", options.impure},
          {"acceptFlakeConfig", options.accept_flake_config},
          {"noWriteLockFile", options.no_write_lock_file},
          {"refresh", options.refresh},
          {"offline", options.offline},
          {"showTrace", options.show_trace},
          {"keepGoing", options.keep_going},
          {"maxJobs", text_or_null(options.max_jobs)},
          {"cores", text_or_null(options.cores)},
          {"builders", text_or_null(options.builders)},
          {"caches", array_of(options.caches)},
          {"cacheKeys", array_of(options.cache_keys)},
          {"allowIgnoredCaches", options.allow_ignored_caches},
          {"netrc", options.netrc}};
}

json::value array_or_null(const std::optional<std::vector<std::string>>& texts) {
  return texts ? json::value(array_of(*texts)) : json::value(nullptr);
}

json::object object_of(const std::map<std::string, std::string>& texts) {
  json::object object;
  for (const auto& [name, text] : texts)
    object[name] = text;
  return object;
}

json::object object_of(const image::ClosureImageOptions& options) {
  return {{"name", text_or_null(options.name)},
          {"entrypoint", array_or_null(options.entrypoint)},
          {"cmd", array_or_null(options.cmd)},
          {"env", array_of(options.env)},
          {"user", options.user},
          {"workdir", options.workdir},
          {"exposedPorts", array_of(options.exposed_ports)},
          {"labels", object_of(options.labels)},
          {"maxLayers", options.max_layers}};
}

json::object object_of(const image::Amendment& amendment) {
  json::value numbers;
  if (amendment.numbers) {
    numbers = {{"user", amendment.numbers->user},
               {"uid", amendment.numbers->uid},
               {"gid", amendment.numbers->gid}};
  }
  return {{"labels", object_of(amendment.labels)},
          {"missingLabels", object_of(amendment.missing_labels)},
          {"missingEnv", array_of(amendment.missing_env)},
          {"missingStopSignal", amendment.missing_stop_signal},
          {"numbers", std::move(numbers)}};
}

json::value object_or_null(const std::optional<image::Amendments>& amendments) {
  if (!amendments) return nullptr;
  return json::object{{"booting", object_of(amendments->booting)},
                      {"others", object_of(amendments->others)}};
}

json::array array_of_caches(const std::vector<cache::CacheName>& caches) {
  json::array array;
  for (const cache::CacheName& cache : caches)
    array.push_back(json::string(cache::to_string(cache)));
  return array;
}

json::object object_of(const LoadedImage& image) {
  return {{"id", image.id},
          {"config", image.config_digest.str()},
          {"manifest", image.manifest_digest.str()},
          {"names", array_of(image.names)},
          {"sentBytes", image.sent_bytes},
          {"platforms", array_of(image.platforms)}};
}

json::object object_of(const ValidatedImage& image) {
  return {{"platform", image.platform.str()}, {"config", image.config_digest.str()}};
}

json::object object_of(const BuildPlan& plan) {
  return {{"platform", plan.platform.str()},
          {"installable", plan.installable},
          {"attribute", plan.attribute},
          {"derivation", plan.derivation},
          {"builds", array_of(plan.work.builds)},
          {"downloads", array_of(plan.work.downloads)},
          {"downloadBytes", plan.work.download_bytes},
          {"unpackedBytes", plan.work.unpacked_bytes}};
}

std::optional<std::vector<std::string>> optional_texts(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return texts(value);
}

Pairs pairs(const json::value& value) {
  Pairs list;
  for (const json::value& pair : value.as_array())
    list.emplace_back(text(pair.as_array().at(0)), text(pair.as_array().at(1)));
  return list;
}

nix::Options nix_options(const json::object& object) {
  return {.file = optional_text(object.at("file")),
          .args = pairs(object.at("args")),
          .arg_strings = pairs(object.at("argStrings")),
          .override_inputs = pairs(object.at("overrideInputs")),
          .settings = pairs(object.at("settings")),
          .impure = object.at("impure").as_bool(),
          .accept_flake_config = object.at("acceptFlakeConfig").as_bool(),
          .no_write_lock_file = object.at("noWriteLockFile").as_bool(),
          .refresh = object.at("refresh").as_bool(),
          .offline = object.at("offline").as_bool(),
          .show_trace = object.at("showTrace").as_bool(),
          .keep_going = object.at("keepGoing").as_bool(),
          .max_jobs = optional_text(object.at("maxJobs")),
          .cores = optional_text(object.at("cores")),
          .builders = optional_text(object.at("builders")),
          .caches = texts(object.at("caches")),
          .cache_keys = texts(object.at("cacheKeys")),
          .allow_ignored_caches = object.at("allowIgnoredCaches").as_bool(),
          .netrc = text(object.at("netrc"))};
}

std::map<std::string, std::string> text_map(const json::value& value) {
  std::map<std::string, std::string> map;
  for (const auto& [name, one] : value.as_object())
    map[std::string(name)] = text(one);
  return map;
}

image::Amendment amendment(const json::object& object) {
  image::Amendment amendment{.labels = text_map(object.at("labels")),
                             .missing_labels = text_map(object.at("missingLabels")),
                             .missing_env = texts(object.at("missingEnv")),
                             .missing_stop_signal = text(object.at("missingStopSignal")),
                             .numbers = {}};
  const json::value& numbers = object.at("numbers");
  if (!numbers.is_null()) {
    amendment.numbers = {.user = text(numbers.at("user")),
                         .uid = numbers.at("uid").to_number<std::uint32_t>(),
                         .gid = numbers.at("gid").to_number<std::uint32_t>()};
  }
  return amendment;
}

std::optional<image::Amendments> amendments(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return image::Amendments{.booting = amendment(value.at("booting").as_object()),
                           .others = amendment(value.at("others").as_object())};
}

image::ClosureImageOptions image_options(const json::object& object) {
  image::ClosureImageOptions options{.name = optional_text(object.at("name")),
                                     .entrypoint = optional_texts(object.at("entrypoint")),
                                     .cmd = optional_texts(object.at("cmd")),
                                     .env = texts(object.at("env")),
                                     .user = text(object.at("user")),
                                     .workdir = text(object.at("workdir")),
                                     .exposed_ports = texts(object.at("exposedPorts")),
                                     .labels = text_map(object.at("labels")),
                                     .max_layers = object.at("maxLayers").to_number<std::size_t>()};
  return options;
}

CacheRequest cache_request(const json::object& object) {
  CacheRequest caches{.from = {},
                      .to = {},
                      .netrc = text(object.at("cacheNetrc")),
                      .only = object.at("onlyCaches").as_bool()};
  for (const std::string& name : texts(object.at("cacheTo")))
    caches.to.push_back(cache::parse_cache_name(name));
  return caches;
}

LoadedImage loaded_image(const json::object& object) {
  return {.id = text(object.at("id")),
          .config_digest = checked(oci::Digest::parse(text(object.at("config")))),
          .manifest_digest = checked(oci::Digest::parse(text(object.at("manifest")))),
          .names = references(object.at("names")),
          .sent_bytes = object.at("sentBytes").to_number<std::uint64_t>(),
          .platforms = platforms(object.at("platforms"))};
}

ValidatedImage validated_image(const json::object& object) {
  return {.platform = checked(oci::Platform::parse(text(object.at("platform")))),
          .config_digest = checked(oci::Digest::parse(text(object.at("config"))))};
}

BuildPlan build_plan(const json::object& object) {
  return {.platform = checked(oci::Platform::parse(text(object.at("platform")))),
          .installable = text(object.at("installable")),
          .attribute = text(object.at("attribute")),
          .derivation = text(object.at("derivation")),
          .work = {.builds = texts(object.at("builds")),
                   .downloads = texts(object.at("downloads")),
                   .download_bytes = object.at("downloadBytes").to_number<std::uint64_t>(),
                   .unpacked_bytes = object.at("unpackedBytes").to_number<std::uint64_t>()}};
}

} // namespace

std::string to_message(const BuildRequest& request) {
  return json::serialize(json::object{{"installable", request.installable},
                                      {"tags", array_of(request.tags)},
                                      {"platforms", array_of(request.platforms)},
                                      {"allPlatforms", request.all_platforms},
                                      {"load", loads_in_place(request)},
                                      {"nix", object_of(request.nix)},
                                      {"dryRun", request.dry_run},
                                      {"image", object_of(request.image_options)},
                                      {"stableOrder", request.stable_order},
                                      {"removeReplaced", request.remove_replaced},
                                      {"sbom", request.sbom},
                                      {"provenance", request.provenance},
                                      {"check", request.check},
                                      {"amendments", object_or_null(request.amendments)},
                                      {"cacheTo", array_of_caches(request.caches.to)},
                                      {"cacheNetrc", request.caches.netrc},
                                      {"onlyCaches", request.caches.only}});
}

BuildRequest parse_request(std::string_view message) {
  return reading("request for a build", [&] {
    const json::object object = object_in(message);
    BuildRequest request{.docker = {},
                         .installable = text(object.at("installable")),
                         .tags = references(object.at("tags")),
                         .platforms = platforms(object.at("platforms")),
                         .all_platforms = object.at("allPlatforms").as_bool(),
                         .nix = nix_options(object.at("nix").as_object()),
                         .out_link = {},
                         .dry_run = object.at("dryRun").as_bool(),
                         .image_options = image_options(object.at("image").as_object()),
                         .stable_order = object.at("stableOrder").as_bool(),
                         .remove_replaced = object.at("removeReplaced").as_bool(),
                         .outputs = {},
                         .sbom = object.at("sbom").as_bool(),
                         .provenance = object.at("provenance").as_bool(),
                         .check = object.at("check").as_bool(),
                         .amendments = amendments(object.at("amendments")),
                         .caches = cache_request(object)};
    if (object.at("load").as_bool()) request.outputs.emplace_back(LoadOutput{});
    return request;
  });
}

std::string to_message(const BuildReport& report) {
  json::array images;
  for (const LoadedImage& image : report.images)
    images.push_back(object_of(image));
  json::array validated;
  for (const ValidatedImage& image : report.validated)
    validated.push_back(object_of(image));
  json::array plans;
  for (const BuildPlan& plan : report.plans)
    plans.push_back(object_of(plan));
  return json::serialize(json::object{{"engine", object_of(report.engine)},
                                      {"images", std::move(images)},
                                      {"validated", std::move(validated)},
                                      {"plans", std::move(plans)},
                                      {"storePaths", array_of(report.store_paths)}});
}

BuildReport parse_report(std::string_view message) {
  return reading("report of a build", [&] {
    const json::object object = object_in(message);
    BuildReport report{.engine = engine_facts(object.at("engine").as_object()), .images = {}};
    for (const json::value& image : object.at("images").as_array())
      report.images.push_back(loaded_image(image.as_object()));
    for (const json::value& image : object.at("validated").as_array())
      report.validated.push_back(validated_image(image.as_object()));
    for (const json::value& plan : object.at("plans").as_array())
      report.plans.push_back(build_plan(plan.as_object()));
    report.store_paths = texts(object.at("storePaths"));
    return report;
  });
}

} // namespace nixbuild::pipeline
