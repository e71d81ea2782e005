#pragma once

#include "fakes/tar_builder.hpp"
#include "oci/digest.hpp"

#include <string>
#include <vector>

namespace nixbuild::fakes {

// A layer's tar: a file with `content`.
inline std::string layer_tar(const std::string& content) {
  return TarBuilder().file("file", content).finished();
}

// The JSON list of `texts`; none of them may need escapes.
inline std::string json_list(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& text : texts)
    json += (json.size() > 1 ? ",\"" : "\"") + text + '"';
  return json + "]";
}

inline std::string config_json(const std::vector<std::string>& diff_ids,
                               const std::string& architecture = "amd64") {
  return R"({"architecture":")" + architecture +
         R"(","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":)" +
         json_list(diff_ids) + "}}";
}

inline std::string config_of(const std::vector<std::string>& layer_tars) {
  std::vector<std::string> diff_ids;
  for (const std::string& layer : layer_tars)
    diff_ids.push_back(oci::Digest::of(layer).str());
  return config_json(diff_ids);
}

inline std::string manifest_item(const std::string& config, const std::vector<std::string>& tags,
                                 const std::vector<std::string>& layers) {
  return R"({"Config":")" + config + R"(","RepoTags":)" + json_list(tags) + R"(,"Layers":)" +
         json_list(layers) + "}";
}

// A docker-archive as nixpkgs' stream_layered_image.py writes it: every layer in a folder called
// by its digest, then the config, then manifest.json.
class ImageArchive {
public:
  explicit ImageArchive(std::vector<std::string> layer_tars,
                        std::vector<std::string> tags = {"example:1"})
      : config(config_of(layer_tars)) {
    for (const std::string& layer : layer_tars) {
      layer_names.push_back(std::string(oci::Digest::of(layer).hex()) + "/layer.tar");
      tar.file(layer_names.back(), layer);
    }
    config_name = std::string(oci::Digest::of(config).hex()) + ".json";
    tar.file(config_name, config);
    manifest = "[" + manifest_item(config_name, tags, layer_names) + "]";
    tar.file("manifest.json", manifest);
  }

  [[nodiscard]] std::string bytes() const { return tar.finished(); }

  TarBuilder tar;
  std::string config;
  std::string config_name;
  std::string manifest;
  std::vector<std::string> layer_names;
};

} // namespace nixbuild::fakes
