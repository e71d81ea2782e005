#include "compose/project_directory.hpp"

#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

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

std::vector<std::string> named_files(const ProjectPlace& place, const Environment& environment,
                                     const fs::path& current) {
  if (!place.files.empty()) return place.files;
  auto listed = environment.get("COMPOSE_FILE");
  if (!listed) listed = variable_of_file(current / ".env", "COMPOSE_FILE");
  if (!listed || listed->empty()) return {};
  const std::string separator = environment.get("COMPOSE_PATH_SEPARATOR").value_or(":");
  std::vector<std::string> files;
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + separator.size()) {
    end = listed->find(separator, begin);
    files.push_back(listed->substr(begin, end - begin));
  }
  return files;
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
  const auto files = named_files(place, environment, current);
  if (files.empty()) return nearest_project(current);
  if (files.front() == "-") return current;
  return absolute(fs::path(files.front()).parent_path());
}

std::set<fs::path> project_files(const ProjectPlace& place, const Environment& environment,
                                 const fs::path& current) {
  const fs::path folder = project_directory(place, environment, current);
  const auto named = named_files(place, environment, current);
  std::set<fs::path> files(named.begin(), named.end());
  if (files.empty()) {
    const fs::path nearest = nearest_project(current);
    for (const std::string_view name : usual_names) {
      const std::size_t dot = name.find('.');
      files.insert(nearest / name);
      files.insert(nearest / format("{}.override{}", name.substr(0, dot), name.substr(dot)));
    }
  }
  files.insert(folder / ".env");
  return files;
}

} // namespace nixbuild::compose
