#include "config/edit_docker_config.hpp"

#include "config/docker_config.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

namespace nixbuild::config {

namespace fs = std::filesystem;

namespace {

// Nothing, or a value of null, means that there is no configuration yet.
std::string document_of(const fs::path& file) {
  std::string text;
  try {
    text = read_file(file);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
  }
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string::npos || text[start] != '{' ? "{}\n" : text;
}

std::string changed(std::string document, std::span<const ConfigChange> changes) {
  for (const ConfigChange& change : changes)
    document = change.value ? with_text_member(document, change.path, *change.value)
                            : without_member(document, change.path);
  return document;
}

void make_folder(const fs::path& directory) {
  std::error_code problem;
  if (fs::create_directories(directory, problem))
    fs::permissions(directory, fs::perms::owner_all, problem);
  if (problem)
    throw system_error(problem.value(), format("cannot make the folder {}", directory.string()));
}

} // namespace

bool edit_docker_config(const fs::path& directory, std::span<const ConfigChange> changes) {
  (void)load_docker_config(directory);
  const fs::path file = directory / "config.json";
  const std::string before = document_of(file);
  const std::string after = changed(before, changes);
  if (after == before) return false;
  make_folder(directory);
  rewrite_file(file, after);
  return true;
}

} // namespace nixbuild::config
