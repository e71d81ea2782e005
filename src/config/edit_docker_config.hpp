#pragma once

#include "config/json_edit.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::config {

struct ConfigChange {
  std::vector<std::string_view> path;
  std::optional<std::string> value; // nothing: the member goes
};

// Makes `changes` in <directory>/config.json, and nothing else: a link stays a link, mode and owner
// stay. The file and its folder are made where there are none. Returns whether the file had to be
// written. Throws an Error of kind corrupt, and leaves the file alone, when the docker CLI could
// not read it.
bool edit_docker_config(const std::filesystem::path& directory,
                        std::span<const ConfigChange> changes);

} // namespace nixbuild::config
