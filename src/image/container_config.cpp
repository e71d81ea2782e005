#include "image/container_config.hpp"

#include "support/error.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string_view>

namespace nixbuild::image {

namespace json = boost::json;

namespace {

constexpr std::string_view created = "1970-01-01T00:00:01Z";

void add_text(json::object& object, std::string_view key, const std::string& text) {
  if (!text.empty()) object.emplace(key, text);
}

void add_list(json::object& object, std::string_view key, const std::vector<std::string>& texts) {
  if (!texts.empty()) object.emplace(key, json::array(texts.begin(), texts.end()));
}

json::object run_config(const ContainerConfig& config) {
  json::object object;
  add_text(object, "User", config.user);
  if (!config.exposed_ports.empty()) {
    json::object ports;
    for (const std::string& port : config.exposed_ports)
      ports.emplace(port, json::object());
    object.emplace("ExposedPorts", std::move(ports));
  }
  add_list(object, "Env", config.env);
  add_list(object, "Entrypoint", config.entrypoint);
  add_list(object, "Cmd", config.cmd);
  add_text(object, "WorkingDir", config.working_dir);
  if (!config.labels.empty()) {
    json::object labels;
    for (const auto& [key, value] : config.labels)
      labels.emplace(key, value);
    object.emplace("Labels", std::move(labels));
  }
  add_text(object, "StopSignal", config.stop_signal);
  return object;
}

json::array history(const std::vector<std::string>& comments) {
  json::array list;
  for (const std::string& comment : comments) {
    list.push_back(json::object{
        {"created", created}, {"created_by", "docker-nixbuild"}, {"comment", comment}});
  }
  return list;
}

void require_utf8(const std::string& serialized) {
  boost::system::error_code error;
  (void)json::parse(serialized, error);
  if (error) {
    throw Error(ErrorKind::invalid_input,
                "a name, variable, label or command of the image is not valid UTF-8");
  }
}

} // namespace

void set_variable(std::vector<std::string>& env, const std::string& assignment) {
  const std::string name = assignment.substr(0, assignment.find('=') + 1);
  const auto same = std::ranges::find_if(
      env, [&](const std::string& existing) { return existing.starts_with(name); });
  if (same == env.end()) {
    env.push_back(assignment);
  } else {
    *same = assignment;
  }
}

std::string config_json(const oci::Platform& platform, const ContainerConfig& config,
                        const std::vector<Layer>& layers,
                        const std::vector<std::string>& comments) {
  json::array diff_ids;
  for (const Layer& layer : layers)
    diff_ids.emplace_back(layer.diff_id.str());

  json::object object{
      {"created", created}, {"architecture", platform.architecture}, {"os", platform.os}};
  add_text(object, "variant", platform.variant);
  object.emplace("config", run_config(config));
  object.emplace("rootfs", json::object{{"type", "layers"}, {"diff_ids", std::move(diff_ids)}});
  object.emplace("history", history(comments));
  std::string text = json::serialize(object);
  require_utf8(text);
  return text;
}

} // namespace nixbuild::image
