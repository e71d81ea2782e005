#include "image/nix_store.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::image {

namespace fs = std::filesystem;

namespace {

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

fs::path NixStore::locate(std::string_view path) const {
  if (!path.starts_with(dir + "/") || path.find('\0') != std::string_view::npos) refuse(path, dir);
  const fs::path on_disk = root + std::string(path);
  std::error_code problem;
  const fs::path real = fs::canonical(on_disk, problem);
  if (problem == std::errc::no_such_file_or_directory || problem == std::errc::not_a_directory) {
    throw Error(ErrorKind::not_found, format("{} does not exist", on_disk.string()))
        .with_hint("build the image again: the garbage collector may have removed it");
  }
  if (problem) throw system_error(problem.value(), format("cannot examine {}", on_disk.string()));
  if (!is_below(real, fs::canonical(root + dir, problem)) || problem) refuse(path, dir);
  return real;
}

} // namespace nixbuild::image
