#pragma once

#include "support/files.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace nixbuild::tests {

// A folder to put files into.
struct SourceFiles {
  TempDir directory;
  std::filesystem::path root = std::filesystem::canonical(directory.path());

  void put(const std::string& name, const std::string& content = "") const {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name, std::ios::binary) << content;
  }
};

} // namespace nixbuild::tests
