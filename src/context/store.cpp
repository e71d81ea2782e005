#include "context/store.hpp"

#include "config/go_json.hpp"
#include "context/host.hpp"
#include "oci/digest.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace nixbuild::context {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string folder_of(const std::string& name) {
  return std::string(oci::Digest::of(name).hex());
}

json::value read_json(const fs::path& file) {
  return config::parse_json(read_file(file), {.file = file, .key = {}});
}

std::string text_member(const json::object& object, std::string_view key,
                        const config::JsonPlace& place) {
  const json::value* value = config::find_member(object, key);
  return value != nullptr ? config::as_text(*value, place.member(key)) : std::string();
}

const json::object* object_member(const json::object& object, std::string_view key,
                                  const config::JsonPlace& place) {
  const json::value* value = config::find_member(object, key);
  return value != nullptr ? &config::as_object(*value, place.member(key)) : nullptr;
}

fs::path if_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored) ? file : fs::path();
}

std::optional<TlsFiles> tls_of(const fs::path& config_directory, const std::string& name,
                               bool skip_verify) {
  const fs::path folder = config_directory / "contexts/tls" / folder_of(name) / "docker";
  TlsFiles files{.ca = if_there(folder / "ca.pem"),
                 .cert = if_there(folder / "cert.pem"),
                 .key = if_there(folder / "key.pem"),
                 .skip_verify = skip_verify};
  // The folder alone switches TLS on.
  std::error_code ignored;
  if (!skip_verify && !fs::is_directory(folder, ignored)) return std::nullopt;
  return files;
}

} // namespace

std::optional<StoredContext> find_stored(const fs::path& config_directory,
                                         const std::string& name) {
  const fs::path file = config_directory / "contexts/meta" / folder_of(name) / "meta.json";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;

  const json::value value = read_json(file);
  const config::JsonPlace place{.file = file, .key = {}};
  const json::object& meta = config::as_object(value, place);
  StoredContext found;
  if (const json::object* metadata = object_member(meta, "Metadata", place)) {
    found.description = text_member(*metadata, "Description", place.member("Metadata"));
  }
  const json::object* endpoints = object_member(meta, "Endpoints", place);
  const json::value* docker = endpoints != nullptr ? endpoints->if_contains("docker") : nullptr;
  if (docker == nullptr || docker->is_null()) {
    throw Error(ErrorKind::invalid_input,
                format("the context \"{}\" has no docker endpoint ({})", name, file.string()))
        .with_hint(format("give it one: docker context update {} --docker host=…", name));
  }
  const config::JsonPlace docker_place = place.member("Endpoints").member("docker");
  const json::object& endpoint = config::as_object(*docker, docker_place);
  found.endpoint = parse_stored_host(text_member(endpoint, "Host", docker_place),
                                     format("the context \"{}\"", name));
  if (found.endpoint.scheme == Endpoint::Scheme::tcp) {
    const json::value* skip = config::find_member(endpoint, "SkipTLSVerify");
    const bool skip_verify =
        skip != nullptr && config::as_bool(*skip, docker_place.member("SkipTLSVerify"));
    found.endpoint.tls = tls_of(config_directory, name, skip_verify);
  }
  return found;
}

std::vector<std::string> stored_names(const fs::path& config_directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(config_directory / "contexts/meta", error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->path().filename() != "meta.json") continue;
    try {
      const json::value value = read_json(entry->path());
      const config::JsonPlace place{.file = entry->path(), .key = {}};
      names.push_back(text_member(config::as_object(value, place), "Name", place));
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): a broken neighbour has no name to list
    }
  }
  std::ranges::sort(names);
  return names;
}

} // namespace nixbuild::context
