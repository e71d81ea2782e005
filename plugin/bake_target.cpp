#include "plugin/bake_target.hpp"

#include "cache/cache_name.hpp"
#include "plugin/build_request.hpp"
#include "plugin/output_options.hpp"
#include "plugin/relative_paths.hpp"
#include "plugin/service_options.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace nixbuild::plugin {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// About the command and not about a target, or said otherwise there.
constexpr std::array<std::string_view, 8> left_out{"debug", "dry-run",       "file",     "iidfile",
                                                   "quiet", "metadata-file", "progress", "watch"};

const OptionTable& target_options() {
  static const OptionTable table = build_options_without(left_out);
  return table;
}

// The names that buildx has for options of build.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> buildx_names{
    {{"tags", "tag"},
     {"platforms", "platform"},
     {"labels", "label"},
     {"annotations", "annotation"},
     {"args", "argstr"}}};

// What buildx's targets have, too, and an image of Nix has not.
constexpr std::array<std::string_view, 13> for_dockerfiles{
    "attest",   "call", "contexts", "entitlements", "extra-hosts", "network", "no-cache-filter",
    "no-cache", "pull", "resource", "secret",       "shm-size",    "ssh"};
constexpr std::array<std::string_view, 2> cache_keys{"cache-from", "cache-to"};

std::string text_at(const json::object& options, std::string_view key) {
  const json::value* value = options.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return std::string(value->get_string());
  throw Error(ErrorKind::invalid_input, format("\"{}\" is no text", key));
}

bool is_flake_file(const std::string& file) {
  return file.empty() || fs::path(file).filename() == "flake.nix";
}

// Absolute, without "." and "..".
fs::path clean_path(const std::string& folder) {
  if (folder.empty()) return fs::current_path();
  fs::path clean = (fs::current_path() / folder).lexically_normal();
  return clean.has_filename() ? clean : clean.parent_path();
}

// Sets "installable" and "file" by what buildx calls context, target and dockerfile. Gives the
// folder that they start at.
fs::path name_what_is_built(const std::string& name, json::object& options) {
  const std::string context = text_at(options, "context");
  const std::string attribute = text_at(options, "target");
  const std::string file = text_at(options, "dockerfile");
  const bool is_inline = options.contains("dockerfile-inline");
  for (const char* key : {"context", "target", "dockerfile"})
    options.erase(key);
  std::error_code ignored;
  const bool is_folder = context.empty() || fs::is_directory(context, ignored);
  const fs::path folder = is_folder ? clean_path(context) : fs::current_path();
  if (options.contains("installable")) return folder;
  if (is_inline || (!file.empty() && !file.ends_with(".nix")))
    throw Error(ErrorKind::invalid_input, "it is built from a Dockerfile, not by Nix")
        .with_hint(format("name what Nix builds: \"installable\": \".#{}\"; or build it with "
                          "`docker buildx bake {}`",
                          name, name));
  const std::string& chosen = attribute.empty() ? name : attribute;
  if (is_flake_file(file)) {
    options["installable"] = format("{}#{}", is_folder ? "." : context, chosen);
  } else {
    options["file"] = file;
    options["installable"] = chosen;
  }
  return folder;
}

std::vector<std::string> take_keys_without_effect(json::object& options) {
  std::vector<std::string> found;
  for (const std::string_view key : for_dockerfiles)
    if (options.erase(key) > 0) found.emplace_back(key);
  return found;
}

// What kind of cache of buildx's `value` is, which may be a text such as "type=gha,scope=x" or
// "docker.io/me/app:cache", or an object; nothing for one of Nix. Its fields may be secret.
std::optional<std::string> kind_of_buildx_cache(const json::value& value) {
  constexpr auto usual = "registry";
  if (const json::object* fields = value.if_object()) {
    const json::value* type = fields->if_contains("type");
    return type != nullptr && type->is_string() ? std::string(type->get_string()) : usual;
  }
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.get_string();
  if (cache::names_cache_of_nix(text)) return std::nullopt;
  constexpr std::string_view type = "type=";
  const std::size_t begin = text.find(type);
  if (begin == text.npos) return usual;
  return std::string(text.substr(begin + type.size(), text.find(',', begin) - begin - type.size()));
}

// Leaves the caches of Nix alone; tells of the others.
std::vector<std::string> take_caches_of_buildx(json::object& options) {
  std::vector<std::string> found;
  for (const std::string_view key : cache_keys) {
    json::value* caches = options.if_contains(key);
    if (caches == nullptr || !caches->is_array()) continue;
    json::array ours;
    for (const json::value& cache : caches->get_array()) {
      const auto kind = kind_of_buildx_cache(cache);
      if (!kind) {
        ours.push_back(cache);
        continue;
      }
      std::string told = format("{} type={}", key, *kind);
      if (std::ranges::find(found, told) == found.end()) found.push_back(std::move(told));
    }
    *caches = std::move(ours);
  }
  return found;
}

// The members are pairs of texts for buildx, lists of CSV texts or objects for its outputs.
void spell_as_build(json::object& options) {
  for (const auto& [theirs, ours] : buildx_names) {
    const json::value* value = options.if_contains(theirs);
    if (value == nullptr) continue;
    json::value copy = *value;
    options.erase(theirs);
    options[ours] = std::move(copy);
  }
  json::value* outputs = options.if_contains("output");
  if (outputs == nullptr || !outputs->is_array()) return;
  for (json::value& output : outputs->get_array()) {
    if (!output.is_object()) continue;
    std::vector<std::string> fields;
    for (const auto& [key, value] : output.get_object())
      fields.push_back(
          format("{}={}", std::string_view(key),
                 value.is_string() ? std::string(value.get_string()) : json::serialize(value)));
    output = format("{}", fmt::join(fields, ","));
  }
}

// What is only files of an image is neither loaded nor pushed.
bool makes_no_image(const pipeline::BuildRequest& request) {
  return std::ranges::any_of(request.outputs, [](const pipeline::Output& output) {
    const auto* file = std::get_if<pipeline::FileOutput>(&output);
    return file != nullptr && file->format == sink::FileFormat::tar;
  });
}

void add_command_line(ParsedOptions& options, const ParsedOptions& command_line) {
  for (const ParsedOptions::Given& given : command_line.given)
    if (std::ranges::find(target_options(), given.option->name, &Option::name) !=
        target_options().end())
      options.given.push_back(given);
}

void set_target_outputs(pipeline::BuildRequest& request, const ParsedOptions& own,
                        const ParsedOptions& all) {
  const bool overridden = all.given.size() > own.given.size();
  if (overridden && own.was_given("output")) {
    set_outputs(request, own, UsualOutput::load);
    if (makes_no_image(request)) return;
  }
  set_outputs(request, all, UsualOutput::load);
}

} // namespace

BakeRequest bake_request(const bake::Target& target, const ParsedOptions& command_line,
                         const context::GlobalFlags& docker, const Environment& environment) {
  return with_frame(format("reading the options of the target {}", target.name), [&] {
    json::object object = json::parse(target.options).as_object();
    object.erase("description");
    const fs::path folder = name_what_is_built(target.name, object);
    BakeRequest result;
    result.without_effect = take_keys_without_effect(object);
    std::ranges::move(take_caches_of_buildx(object), std::back_inserter(result.without_effect));
    spell_as_build(object);
    const std::string file = text_at(object, "file");
    object.erase("file");
    const ParsedOptions own = parse_listed_options(target_options(), object);
    ParsedOptions all = own;
    add_command_line(all, command_line);
    add_from_environment(all, target_options(), environment);
    result.named = {.name = target.name, .request = parse_build_request(all, docker, environment)};
    if (!file.empty()) result.named.request.nix.file = file;
    start_paths_at(folder, result.named.request);
    set_target_outputs(result.named.request, own, all);
    return result;
  });
}

} // namespace nixbuild::plugin
