#pragma once

#include "image/container_config.hpp"
#include "oci/reference.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// What the user may say about an image that we make from a closure.
struct ClosureImageOptions {
  std::optional<std::string> name;                    // --name "repository[:tag]"
  std::optional<std::vector<std::string>> entrypoint; // --entrypoint, an argument vector
  std::optional<std::vector<std::string>> cmd;        // --cmd, an argument vector
  std::vector<std::string> env;                       // --env "NAME=VALUE"
  std::string user;                                   // --user "NAME|UID[:GROUP|GID]"
  std::string workdir;                                // --workdir
  std::vector<std::string> exposed_ports;             // --expose "8080", "53/udp", "8000-8010/tcp"
  std::map<std::string, std::string> labels;          // --label
  std::size_t max_layers = 100;                       // --max-layers, 2 to 125
  bool operator==(const ClosureImageOptions&) const = default;
};

// Puts what the options say into `config`; what they leave open stays as it is, except that an
// entrypoint of the user's own makes our command meaningless, as with `docker run --entrypoint`.
// Throws an Error of kind invalid_input that names the option and what it should look like.
void apply_options(const ClosureImageOptions& options, ContainerConfig& config);

// What the image is called: `--name`, else the repository name made of `package`. Without a tag it
// is "latest": each build moves that name, as `docker build -t NAME` does, and leaves no pile of
// tags behind. Which store path is inside says the label store_path_label.
// Throws an Error of kind invalid_input when `--name` is no image name.
[[nodiscard]] oci::Reference image_name(const ClosureImageOptions& options,
                                        std::string_view package);

// `text` in the grammar of a repository name's component: "C++ Tool_1" becomes "c-tool_1"; "image"
// when nothing of it can stay.
[[nodiscard]] std::string repository_component(std::string_view text);

// The package's part of a derivation name, as builtins.parseDrvName splits it: "hello" of
// "hello-2.12.1".
[[nodiscard]] std::string_view package_of(std::string_view derivation_name);

inline constexpr std::string_view store_path_label = "dev.nixbuild.store-path";

} // namespace nixbuild::image
