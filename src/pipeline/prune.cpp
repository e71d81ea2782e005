#include "pipeline/prune.hpp"

#include "image/compressed_cache.hpp"
#include "image/digest_cache.hpp"
#include "nix/evaluation_memory.hpp"
#include "pipeline/directories.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <system_error>

namespace nixbuild::pipeline {

namespace {

// Some hundred images, in about 3 MB.
constexpr std::size_t most_digests = 20'000;
constexpr std::size_t most_evaluations = 1'000;

void remove(const ForsakenRoot& root) {
  for (const std::filesystem::path& file : root.files) {
    std::error_code error;
    std::filesystem::remove(file, error);
    if (error) throw system_error(error.value(), format("cannot remove {}", file.string()));
  }
}

} // namespace

Prunable prune(const Environment& environment, PruneMode mode) {
  image::DigestCache digests(digest_cache_file(environment));
  image::CompressedCache compressed(compressed_cache_file(environment));
  nix::EvaluationMemory evaluations(evaluation_memory_file(environment));
  Prunable prunable{.digests = digests.prune(most_digests),
                    .compressed = compressed.prune(most_digests),
                    .evaluations = evaluations.prune(most_evaluations),
                    .roots = forsaken_roots(environment)};
  if (mode == PruneMode::look) return prunable;
  if (prunable.digests.bytes > 0) digests.rewrite();
  if (prunable.compressed.bytes > 0) compressed.rewrite();
  if (prunable.evaluations.bytes > 0) evaluations.rewrite();
  for (const ForsakenRoot& root : prunable.roots)
    remove(root);
  return prunable;
}

} // namespace nixbuild::pipeline
