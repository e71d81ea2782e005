#include "image/nix_store.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::image {

namespace fs = std::filesystem;

namespace {

constexpr const char* gone_hint =
    "build the image again: the garbage collector may have removed what it is made of";

[[noreturn]] void refuse(std::string_view path, std::string_view dir) {
  throw Error(ErrorKind::corrupt, format("'{}' is not a path of the store {}", path, dir))
      .with_hint("only an image that this store built can be read");
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [in_path, in_folder] = std::ranges::mismatch(path, folder);
  return in_folder == folder.end() && in_path != path.end();
}

} // namespace

void NixStore::require_store_path(std::string_view path) const {
  if (!path.starts_with(dir + "/")) refuse(path, dir);
  const std::string_view name = path.substr(dir.size() + 1);
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos ||
      name.find('\0') != std::string_view::npos) {
    refuse(path, dir);
  }
}

void NixStore::require_present(const std::vector<std::string>& paths) const {
  constexpr std::size_t most_named = 5;
  std::vector<std::string> missing;
  for (const std::string& path : paths) {
    std::error_code problem;
    if (!fs::exists(fs::symlink_status(root + path, problem))) missing.push_back(path);
  }
  if (missing.empty()) return;
  std::string names;
  for (std::size_t i = 0; i < std::min(missing.size(), most_named); ++i)
    names += (i == 0 ? "" : ", ") + missing[i];
  if (missing.size() > most_named) names += format(" and {} more", missing.size() - most_named);
  throw Error(ErrorKind::not_found, format("the image needs what is not in the store: {}", names))
      .with_hint(gone_hint);
}

fs::path NixStore::locate(std::string_view path) const {
  if (!path.starts_with(dir + "/") || path.find('\0') != std::string_view::npos) refuse(path, dir);
  const fs::path on_disk = root + std::string(path);
  std::error_code problem;
  const fs::path real = fs::canonical(on_disk, problem);
  if (problem == std::errc::no_such_file_or_directory || problem == std::errc::not_a_directory) {
    throw Error(ErrorKind::not_found, format("{} does not exist", on_disk.string()))
        .with_hint(gone_hint);
  }
  if (problem) throw system_error(problem.value(), format("cannot examine {}", on_disk.string()));
  if (!is_below(real, fs::canonical(root + dir, problem)) || problem) refuse(path, dir);
  return real;
}

} // namespace nixbuild::image
