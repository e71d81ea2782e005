#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// The store that an image description may take files from. A description is what some flake
// wrote: it must not make us put other files of this machine into an image.
struct NixStore {
  std::string dir = "/nix/store"; // as paths name it
  std::string root;               // where `dir` is found on disk; empty unless it is elsewhere

  // Throws an Error of kind corrupt unless `path` is "<dir>/<one name>".
  void require_store_path(std::string_view path) const;

  // Throws an Error of kind not_found that names those of `paths` that do not exist.
  void require_present(const std::vector<std::string>& paths) const;

  // Where on disk the file called `path`, inside of a store path, is. Throws an Error: corrupt when
  // it is, or a link leads it, outside of the store; not_found when it does not exist.
  [[nodiscard]] std::filesystem::path locate(std::string_view path) const;
};

} // namespace nixbuild::image
