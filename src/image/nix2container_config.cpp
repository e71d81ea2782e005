#include "image/nix2container_config.hpp"

#include "image/go_json_text.hpp"

namespace nixbuild::image {

namespace {

// Go's map[string]struct{}, whose keys it sorts by byte.
void add_keys(GoJsonObject& object, std::string_view key, const std::set<std::string>& keys) {
  if (keys.empty()) return;
  GoJsonObject map;
  for (const std::string& name : keys)
    map.add(name, "{}");
  object.add(key, map.text());
}

std::string run_config_json(const OciRunConfig& config) {
  GoJsonObject object;
  object.add_unless_empty("User", config.user);
  add_keys(object, "ExposedPorts", config.exposed_ports);
  object.add_unless_empty("Env", config.env);
  object.add_unless_empty("Entrypoint", config.entrypoint);
  object.add_unless_empty("Cmd", config.cmd);
  add_keys(object, "Volumes", config.volumes);
  object.add_unless_empty("WorkingDir", config.working_dir);
  if (!config.labels.empty()) {
    GoJsonObject labels;
    for (const auto& [key, value] : config.labels)
      labels.add(key, go_json_string(value));
    object.add("Labels", labels.text());
  }
  object.add_unless_empty("StopSignal", config.stop_signal);
  if (config.args_escaped) object.add("ArgsEscaped", "true");
  return object.text();
}

std::string history_json(const std::vector<Nix2ContainerLayerJson>& layers) {
  std::string list = "[";
  for (const Nix2ContainerLayerJson& layer : layers) {
    GoJsonObject item;
    item.add_unless_empty("created", layer.history.created);
    item.add_unless_empty("created_by", layer.history.created_by);
    item.add_unless_empty("author", layer.history.author);
    item.add_unless_empty("comment", layer.history.comment);
    if (layer.history.empty_layer) item.add("empty_layer", "true");
    if (list.size() > 1) list += ',';
    list += item.text();
  }
  return list + "]";
}

} // namespace

// The fields stand in the order of Go's type Image of image-spec 1.1 (specs-go/v1/config.go).
std::string nix2container_config(const Nix2ContainerJson& json,
                                 const std::vector<std::string>& diff_ids) {
  GoJsonObject rootfs;
  rootfs.add("type", go_json_string("layers"));
  rootfs.add("diff_ids", go_json_strings(diff_ids));

  GoJsonObject config;
  config.add_unless_empty("created", json.created);
  config.add("architecture", go_json_string(json.architecture));
  config.add("os", go_json_string("linux"));
  config.add("config", run_config_json(json.config));
  config.add("rootfs", rootfs.text());
  config.add("history", history_json(json.layers));
  return config.text();
}

} // namespace nixbuild::image
