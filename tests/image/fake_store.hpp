#pragma once

#include "support/files.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace nixbuild::tests {

// Files of a store that lies below a folder of its own.
class FakeStore {
public:
  [[nodiscard]] std::string root() const { return folder_.path().string(); }

  // Paths are the image's: "/nix/store/…".
  void file(const std::string& path, const std::string& content) const {
    make(path, content, 0444);
  }
  void program(const std::string& path) const { make(path, "#!/bin/sh\n", 0555); }
  void directory(const std::string& path) const {
    std::filesystem::create_directories(root() + path);
  }
  void link(const std::string& path, const std::string& target) const {
    make_parent(path);
    std::filesystem::create_symlink(target, root() + path);
  }

private:
  void make_parent(const std::string& path) const {
    std::filesystem::create_directories(std::filesystem::path(root() + path).parent_path());
  }
  void make(const std::string& path, const std::string& content, unsigned mode) const {
    make_parent(path);
    std::ofstream(root() + path, std::ios::binary) << content;
    std::filesystem::permissions(root() + path, std::filesystem::perms{mode});
  }

  TempDir folder_;
};

} // namespace nixbuild::tests
