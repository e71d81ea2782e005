#include "image/docker_tools_config.hpp"

#include "image/python_json.hpp"
#include "oci/json.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace nixbuild::image {

namespace json = boost::json;

namespace {

std::vector<std::string> base_environment(std::string_view base_config) {
  constexpr std::string_view what = "the base image's config";
  const json::value value = oci::parse_json(base_config, what);
  const json::value* const config = oci::as_object(value, what).if_contains("config");
  if (config == nullptr || config->is_null()) return {};
  return oci::strings_member(oci::as_object(*config, what), "Env", what);
}

std::string_view variable_name(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

// Like a dict of Python: a variable keeps its first place and gets its last value.
void set_variable(std::vector<std::string>& environment, const std::string& entry) {
  const auto same = std::ranges::find(environment, variable_name(entry), variable_name);
  if (same == environment.end()) {
    environment.push_back(entry);
  } else {
    *same = entry;
  }
}

// `config` with the base image's environment below its own.
json::object overlaid(json::object config, std::string_view base_config) {
  if (base_config.empty()) return config;
  std::vector<std::string> environment;
  for (const std::string& entry : base_environment(base_config))
    set_variable(environment, entry);
  for (const std::string& entry : oci::strings_member(config, "Env", "\"config\" of conf.json"))
    set_variable(environment, entry);
  if (!environment.empty()) config["Env"] = json::array(environment.begin(), environment.end());
  return config;
}

// "store paths: ['/nix/store/a', '/nix/store/b']"
std::string history_comment(const Layer& layer) {
  std::string list;
  for (const std::string& origin : layer.origins) {
    if (!list.empty()) list += ", ";
    list += python_repr(origin);
  }
  return format("store paths: [{}]", list);
}

} // namespace

std::string docker_tools_config(const DockerToolsConf& conf, const std::vector<Layer>& layers,
                                std::string_view base_config) {
  json::array diff_ids;
  json::array history;
  for (const Layer& layer : layers) {
    diff_ids.emplace_back(layer.diff_id.str());
    history.push_back({{"created", conf.created.text}, {"comment", history_comment(layer)}});
  }
  json::object image{{"created", conf.created.text}, {"architecture", conf.architecture}};
  if (!conf.variant.empty()) image["variant"] = conf.variant;
  image["os"] = "linux"; // whatever conf.json says
  image["config"] = overlaid(*conf.config, base_config);
  image["rootfs"] = {{"diff_ids", diff_ids}, {"type", "layers"}};
  image["history"] = history;
  return python_json(image);
}

} // namespace nixbuild::image
