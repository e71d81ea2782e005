#pragma once

#include "image/image.hpp"
#include "oci/platform.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::image {

// How a container of the image starts (OCI image-spec, config.md, "config").
struct ContainerConfig {
  std::string user;
  std::set<std::string> exposed_ports; // "8080/tcp"
  std::vector<std::string> env;        // "NAME=VALUE"
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::string working_dir;
  std::map<std::string, std::string> labels;
  std::string stop_signal;
};

// Puts "NAME=VALUE" into `env`, in the place of what was there by that name.
void set_variable(std::vector<std::string>& env, const std::string& assignment);

// The config JSON of an image that we make: compact, the same bytes for the same arguments, created
// one second after the epoch as Nix's files. `comments` tell of each layer, for `docker history`.
// Throws an Error of kind invalid_input for text that is not UTF-8.
[[nodiscard]] std::string config_json(const oci::Platform& platform, const ContainerConfig& config,
                                      const std::vector<Layer>& layers,
                                      const std::vector<std::string>& comments);

} // namespace nixbuild::image
