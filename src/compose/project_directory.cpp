#include "compose/project_directory.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace nixbuild::compose {

namespace fs = std::filesystem;

namespace {

constexpr std::array usual_names{"compose.yaml", "compose.yml", "docker-compose.yml",
                                 "docker-compose.yaml"};

std::optional<std::string> first_file(const ProjectPlace& place, const Environment& environment) {
  if (!place.files.empty()) return place.files.front();
  const auto listed = environment.get("COMPOSE_FILE");
  if (!listed) return std::nullopt;
  const std::string separator = environment.get("COMPOSE_PATH_SEPARATOR").value_or(":");
  return listed->substr(0, listed->find(separator));
}

bool has_project(const fs::path& folder) {
  return std::ranges::any_of(usual_names, [&](const char* name) {
    std::error_code ignored;
    return fs::exists(folder / name, ignored);
  });
}

fs::path nearest_project(const fs::path& current) {
  for (fs::path folder = current;; folder = folder.parent_path()) {
    if (has_project(folder)) return folder;
    if (!folder.has_relative_path()) return current;
  }
}

} // namespace

fs::path project_directory(const ProjectPlace& place, const Environment& environment,
                           const fs::path& current) {
  const auto absolute = [&](const fs::path& path) {
    fs::path clean = (current / path).lexically_normal();
    return clean.has_filename() ? clean : clean.parent_path(); // "/a/." is "/a/" then
  };
  if (place.directory) return absolute(*place.directory);
  const auto file = first_file(place, environment);
  if (!file) return nearest_project(current);
  if (*file == "-") return current;
  return absolute(fs::path(*file).parent_path());
}

} // namespace nixbuild::compose
