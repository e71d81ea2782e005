#pragma once

#include "image/nix2container_json.hpp"

#include <string>
#include <vector>

namespace nixbuild::image {

// The config of the image that `json` describes, byte for byte as nix2container's own copy writes
// it: its digest is the image ID. `diff_ids` are those of json.layers.
[[nodiscard]] std::string nix2container_config(const Nix2ContainerJson& json,
                                               const std::vector<std::string>& diff_ids);

} // namespace nixbuild::image
