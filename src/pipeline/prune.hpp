#pragma once

#include "pipeline/gc_root.hpp"
#include "support/environment.hpp"
#include "support/fact_file.hpp"

#include <vector>

namespace nixbuild::pipeline {

// What of our own files is of no more use.
struct Prunable {
  FactFile::Excess digests;     // of layers, but for the newest ones
  FactFile::Excess compressed;  // digests of compressed layers, but for the newest ones
  FactFile::Excess evaluations; // whose derivations are gone, and all but the newest ones
  std::vector<ForsakenRoot> roots;
};

enum class PruneMode {
  look,   // only find out
  remove, // and remove it
};

// Throws an Error: not_found when there is no home directory, io.
Prunable prune(const Environment& environment, PruneMode mode);

} // namespace nixbuild::pipeline
