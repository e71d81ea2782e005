#include "config/docker_config.hpp"

#include "config/go_json.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/json.hpp>

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace nixbuild::config {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

fs::path home_directory(const Environment& environment) {
  return environment.get("HOME").value_or(std::string());
}

using Check = void (*)(const json::value&, const JsonPlace&);

void check_text(const json::value& value, const JsonPlace& place) {
  (void)as_text(value, place);
}

void check_text_map(const json::value& value, const JsonPlace& place) {
  (void)as_text_map(value, place);
}

void check_text_list(const json::value& value, const JsonPlace& place) {
  (void)as_text_list(value, place);
}

// Objects of which the CLI decodes some members only, all of them strings.
void check_records(const json::value& value, const JsonPlace& place,
                   std::initializer_list<std::string_view> members) {
  for (const auto& record : as_object(value, place)) {
    if (record.value().is_null()) continue;
    const JsonPlace record_place = place.member(record.key());
    for (const std::string_view name : members) {
      const auto* text = find_member(as_object(record.value(), record_place), name);
      if (text != nullptr) check_text(*text, record_place.member(name));
    }
  }
}

void check_auths(const json::value& value, const JsonPlace& place) {
  check_records(
      value, place,
      {"username", "password", "auth", "serveraddress", "identitytoken", "registrytoken"});
}

void check_proxies(const json::value& value, const JsonPlace& place) {
  check_records(value, place, {"httpProxy", "httpsProxy", "noProxy", "ftpProxy", "allProxy"});
}

// Every key that the CLI decodes and we do not: a wrong type in any of them makes the CLI drop the
// current context too.
struct TypedKey {
  std::string_view name;
  Check check;
};
constexpr std::array typed_keys{
    TypedKey{"auths", check_auths},
    TypedKey{"HttpHeaders", check_text_map},
    TypedKey{"psFormat", check_text},
    TypedKey{"imagesFormat", check_text},
    TypedKey{"networksFormat", check_text},
    TypedKey{"pluginsFormat", check_text},
    TypedKey{"volumesFormat", check_text},
    TypedKey{"statsFormat", check_text},
    TypedKey{"detachKeys", check_text},
    TypedKey{"credsStore", check_text},
    TypedKey{"credHelpers", check_text_map},
    TypedKey{"serviceInspectFormat", check_text},
    TypedKey{"servicesFormat", check_text},
    TypedKey{"tasksFormat", check_text},
    TypedKey{"secretFormat", check_text},
    TypedKey{"configFormat", check_text},
    TypedKey{"nodesFormat", check_text},
    TypedKey{"pruneFilters", check_text_list},
    TypedKey{"proxies", check_proxies},
    TypedKey{"currentContext", check_text},
    TypedKey{"cliPluginsExtraDirs", check_text_list},
};

std::map<std::string, std::map<std::string, std::string>> decode_plugins(const json::value& value,
                                                                         const JsonPlace& place) {
  std::map<std::string, std::map<std::string, std::string>> plugins;
  for (const auto& plugin : as_object(value, place))
    if (!plugin.value().is_null())
      plugins.insert_or_assign(plugin.key(),
                               as_text_map(plugin.value(), place.member(plugin.key())));
  return plugins;
}

DockerConfig decode(const json::object& document, const JsonPlace& place) {
  for (const TypedKey& key : typed_keys) {
    if (const auto* value = find_member(document, key.name)) {
      key.check(*value, place.member(key.name));
    }
  }
  DockerConfig config;
  if (const auto* context = find_member(document, "currentContext")) {
    config.current_context = as_text(*context, place.member("currentContext"));
  }
  if (const auto* headers = find_member(document, "HttpHeaders")) {
    config.http_headers = as_text_map(*headers, place.member("HttpHeaders"));
  }
  if (const auto* plugins = find_member(document, "plugins"))
    config.plugins = decode_plugins(*plugins, place.member("plugins"));
  if (const auto* aliases = find_member(document, "aliases"))
    config.aliases = as_text_map(*aliases, place.member("aliases"));
  if (const auto* features = find_member(document, "features"))
    config.features = as_text_map(*features, place.member("features"));
  if (const auto* directories = find_member(document, "cliPluginsExtraDirs")) {
    config.plugin_directories = as_text_list(*directories, place.member("cliPluginsExtraDirs"));
  }
  config.logins = decode_logins(document, place);
  return config;
}

} // namespace

fs::path docker_config_directory(const std::optional<std::string>& config_flag,
                                 const Environment& environment) {
  if (config_flag && !config_flag->empty()) return *config_flag;
  if (const auto directory = environment.get("DOCKER_CONFIG")) return *directory;
  return home_directory(environment) / ".docker";
}

DockerConfig load_docker_config(const fs::path& directory) {
  const JsonPlace place{directory / "config.json", ""};
  DockerConfig config;
  try {
    const json::value document = parse_json(read_file(place.file), place);
    if (!document.is_null()) config = decode(as_object(document, place), place);
  } catch (Error& error) {
    if (error.kind() == ErrorKind::corrupt) {
      throw std::move(error).with_hint(
          "correct that file: as it is, the docker CLI ignores all of it, the chosen context "
          "included, and may use another engine than you expect");
    }
    if (error.kind() != ErrorKind::not_found) throw;
  }
  config.directory = directory;
  return config;
}

} // namespace nixbuild::config
