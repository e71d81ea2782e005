#pragma once

#include "support/files.hpp"

#include <filesystem>

namespace nixbuild::tests {

// The file tree whose layers were made by real Python and real Go: names and links that need every
// kind of tar header, below <root>/tmp/vec/p1 and <root>/tmp/vec/p2.
class VectorTree {
public:
  explicit VectorTree(bool with_invalid_utf8);
  ~VectorTree();
  VectorTree(const VectorTree&) = delete;
  VectorTree& operator=(const VectorTree&) = delete;

  [[nodiscard]] std::string root() const { return directory_.path().string(); }

private:
  TempDir directory_;
};

} // namespace nixbuild::tests
