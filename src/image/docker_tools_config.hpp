#pragma once

#include "image/docker_tools_conf.hpp"
#include "image/image.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// The config of the image that `conf` describes, byte for byte as stream_layered_image.py writes
// it: its digest is the image ID. `layers` are all of the image, `base_config` the config of the
// image that it is based on, empty when there is none: only its environment is taken over.
// Throws an Error of kind corrupt when either of the two environments is no list of strings.
[[nodiscard]] std::string docker_tools_config(const DockerToolsConf& conf,
                                              const std::vector<Layer>& layers,
                                              std::string_view base_config);

} // namespace nixbuild::image
