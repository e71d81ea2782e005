#include "compose/project_directory.hpp"

#include "support/error.hpp"
#include "support/files.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <system_error>

namespace nixbuild::compose {

namespace fs = std::filesystem;

namespace {

constexpr std::array usual_names{"compose.yaml", "compose.yml", "docker-compose.yml",
                                 "docker-compose.yaml"};

// NAME=VALUE lines, as far as a name of files needs them (docker/compose dotenv).
std::optional<std::string> variable_of_file(const fs::path& file, std::string_view name) {
  std::string text;
  try {
    constexpr std::size_t largest = std::size_t{1} << 20U;
    text = read_file(file, largest);
  } catch (const Error&) {
    return std::nullopt; // Compose is the one to complain
  }
  std::optional<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = line;
    if (!rest.starts_with(name) || !rest.substr(name.size()).starts_with('=')) continue;
    rest.remove_prefix(name.size() + 1);
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    const bool is_quoted = rest.size() > 1 && rest.front() == rest.back() &&
                           (rest.front() == '"' || rest.front() == '\'');
    found = is_quoted ? rest.substr(1, rest.size() - 2) : rest;
  }
  return found;
}

std::optional<std::string> first_file(const ProjectPlace& place, const Environment& environment,
                                      const fs::path& current) {
  if (!place.files.empty()) return place.files.front();
  auto listed = environment.get("COMPOSE_FILE");
  if (!listed) listed = variable_of_file(current / ".env", "COMPOSE_FILE");
  if (!listed || listed->empty()) return std::nullopt;
  const std::string separator = environment.get("COMPOSE_PATH_SEPARATOR").value_or(":");
  return listed->substr(0, listed->find(separator));
}

fs::path nearest_project(const fs::path& current) {
  for (fs::path folder = current;; folder = folder.parent_path()) {
    if (has_project(folder)) return folder;
    if (!folder.has_relative_path()) return current;
  }
}

} // namespace

bool has_project(const fs::path& folder) {
  return std::ranges::any_of(usual_names, [&](const char* name) {
    std::error_code ignored;
    return fs::exists(folder / name, ignored);
  });
}

fs::path project_directory(const ProjectPlace& place, const Environment& environment,
                           const fs::path& current) {
  const auto absolute = [&](const fs::path& path) {
    fs::path clean = (current / path).lexically_normal();
    return clean.has_filename() ? clean : clean.parent_path(); // "/a/." is "/a/" then
  };
  if (place.directory) return absolute(*place.directory);
  const auto file = first_file(place, environment, current);
  if (!file) return nearest_project(current);
  if (*file == "-") return current;
  return absolute(fs::path(*file).parent_path());
}

} // namespace nixbuild::compose
