#pragma once

#include "image/nix2container_path.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// OCI's image config as Go's type ImageConfig of image-spec 1.1 holds it.
struct OciRunConfig {
  std::string user;
  std::set<std::string> exposed_ports;
  std::vector<std::string> env;
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::set<std::string> volumes;
  std::string working_dir;
  std::map<std::string, std::string> labels;
  std::string stop_signal;
  bool args_escaped = false;
};

// How a layer came to be; what is empty is not said.
struct OciHistory {
  std::string created; // RFC 3339
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;
};

// The layers of nix2container's image JSON. Either `file` is the layer's tar, possibly
// compressed, or it is to be made of `paths`.
struct Nix2ContainerLayerJson {
  std::string digest;  // of the bytes that nix2container would push
  std::string diff_id; // of the uncompressed tar
  std::uint64_t size = 0;
  std::vector<Nix2ContainerPath> paths;
  std::string file;
  OciHistory history;
};

// nix2container's image JSON (types/types.go, version 1).
struct Nix2ContainerJson {
  OciRunConfig config;
  std::vector<Nix2ContainerLayerJson> layers; // bottom first
  std::string architecture;                   // Go's name
  std::string created;                        // RFC 3339, or empty
};

// Whether `text` is such a JSON.
[[nodiscard]] bool is_nix2container_json(std::string_view text);

// Reads it by the rules of Go's decoder: keys match without regard to case, unknown ones are
// passed over, null is as good as absent. `file` names it in messages. Throws an Error of kind
// corrupt for malformed JSON, wrong types, numbers out of range and another version.
[[nodiscard]] Nix2ContainerJson parse_nix2container_json(std::string_view text,
                                                         const std::filesystem::path& file);

} // namespace nixbuild::image
