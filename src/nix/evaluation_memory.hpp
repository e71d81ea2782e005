#pragma once

#include "nix/nix.hpp"
#include "support/fact_file.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace nixbuild::nix {

// Remembers from run to run what evaluations told, so that an unchanged flake is not evaluated
// again. Shared by concurrent runs; a damaged or unwritable file costs time, never correctness.
//
// A FactFile: its keys are the SHA-256 of identities (64 hex digits), its values JSON objects of
// the members of Evaluation.
class EvaluationMemory {
public:
  // Some 10,000 evaluations.
  static constexpr std::size_t file_limit = std::size_t{8} << 20U;

  explicit EvaluationMemory(const std::filesystem::path& file) : facts_(file, file_limit) {}

  // `identity` is everything that determines the outcome (evaluation_identity.hpp). An evaluation
  // also writes derivations to the store: one whose derivations are no longer there counts as
  // forgotten.
  [[nodiscard]] std::optional<Evaluation> find(const std::string& identity) const;
  void remember(const std::string& identity, const Evaluation& evaluation);

  // Drops evaluations whose derivations are gone, and all but the `most` that were remembered last;
  // rewrite() makes it so in the file.
  FactFile::Excess prune(std::size_t most);
  void rewrite() const { facts_.rewrite(); }

private:
  FactFile facts_;
};

} // namespace nixbuild::nix
