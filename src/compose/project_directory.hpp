#pragma once

#include "support/environment.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::compose {

// Which project a command line of Compose names.
struct ProjectPlace {
  std::optional<std::string> directory; // --project-directory
  std::vector<std::string> files;       // -f
};

// Whether there is a file of Compose's usual names.
[[nodiscard]] bool has_project(const std::filesystem::path& folder);

// The folder that relative paths of the project start from, as Compose finds it (compose-go
// cli/options.go): --project-directory, else where the first file of -f, or of COMPOSE_FILE, is,
// which may stand in the file .env of `current`, too, else the nearest folder at or above `current`
// with a file of Compose's usual names, else `current`. Absolute.
[[nodiscard]] std::filesystem::path project_directory(const ProjectPlace& place,
                                                      const Environment& environment,
                                                      const std::filesystem::path& current);

// The files that may say what the project is: -f, or COMPOSE_FILE, else those of Compose's usual
// names, there or not; and .env. Not those that they include. Absolute, or from `current`.
[[nodiscard]] std::set<std::filesystem::path> project_files(const ProjectPlace& place,
                                                            const Environment& environment,
                                                            const std::filesystem::path& current);

} // namespace nixbuild::compose
