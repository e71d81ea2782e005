#pragma once

#include "image/nix_store.hpp"
#include "image/python_time.hpp"
#include "image/store_layer.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// The conf.json of nixpkgs' dockerTools.streamLayeredImage (pkgs/build-support/docker/default.nix),
// which its stream_layered_image.py makes an image of.
struct DockerToolsConf {
  std::string architecture; // Go's name
  std::string variant;      // newer nixpkgs only; else empty
  // The image's config as its author wrote it; the order of its keys is part of the image ID.
  std::shared_ptr<const boost::json::object> config;
  std::string from_image;                             // docker-archive of the base image, or empty
  std::vector<std::vector<std::string>> store_layers; // paths of each, bottom first
  std::string customisation_layer;                    // folder with layer.tar and checksum
  std::string repo_tag;                               // "name:tag"
  PythonTime created;
  StoreLayerOwner owner; // of files in store layers, with their mtime
};

// Whether `text` is such a JSON.
[[nodiscard]] bool is_docker_tools_conf_json(std::string_view text);

// Reads it; what older versions of nixpkgs do not write is optional. `file` names it in messages,
// `now` is what "now" means. Throws an Error of kind corrupt, which names the key, for what is
// missing, of a wrong type or out of range, and for paths outside of `store`.
[[nodiscard]] DockerToolsConf parse_docker_tools_conf(std::string_view text,
                                                      const std::filesystem::path& file,
                                                      const NixStore& store,
                                                      std::chrono::system_clock::time_point now);

} // namespace nixbuild::image
