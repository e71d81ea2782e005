#pragma once

#include "devcontainer/settings.hpp"
#include "devcontainer/variables.hpp"

#include <boost/json/fwd.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::devcontainer {

// What we need to know of a devcontainer.json (containers.dev/implementors/json_reference).
struct Configuration {
  std::filesystem::path file;                         // absolute
  std::shared_ptr<const boost::json::object> content; // all of it; never null
  std::string image;                                  // with variables replaced; empty: none
  std::vector<std::filesystem::path> compose_files;   // absolute
  std::string service;                                // of the Compose files
  bool has_dockerfile = false;
  std::string remote_user; // else the image, or its label, says it
  Settings settings;

  [[nodiscard]] bool is_compose() const { return !compose_files.empty(); }
};

// The configurations of `workspace`, where tools look for them: .devcontainer/devcontainer.json,
// .devcontainer.json, .devcontainer/NAME/devcontainer.json.
[[nodiscard]] std::vector<std::filesystem::path>
configurations_in(const std::filesystem::path& workspace);

// The one that is meant: `named` (relative to the workspace), else the first of the first two
// places, else the only one. Throws an Error: not_found, and invalid_input when several could be
// meant.
[[nodiscard]] std::filesystem::path find_configuration(const std::filesystem::path& workspace,
                                                       const std::optional<std::string>& named);

// The configuration that `text`, the content of `file`, is. Throws an Error: corrupt for what is
// not JSON or of the wrong form, invalid_input for variables and settings.
[[nodiscard]] Configuration parse_configuration(std::string_view text,
                                                const std::filesystem::path& file,
                                                const Variables& variables);

// The same of the file, which may be 1 MiB large.
[[nodiscard]] Configuration read_configuration(const std::filesystem::path& file,
                                               const Variables& variables);

} // namespace nixbuild::devcontainer
