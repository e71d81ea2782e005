#pragma once

#include "source/source_tree.hpp"

#include <string>
#include <vector>

namespace nixbuild::source {

// A manifest cut into pieces, so that a changed file changes one piece of it: where a piece ends
// is told by the path there, not by how much came before. The pieces are listed like files, as a
// manifest of its own, whose digest stands for the whole tree.
struct SplitManifest {
  SourceTree list; // the pieces in order, named by their numbers
  std::vector<std::string> pieces;
};

[[nodiscard]] SplitManifest split_manifest(const SourceTree& tree);

} // namespace nixbuild::source
