#include "nix/evaluate.hpp"
#include "nix/evaluation_identity.hpp"
#include "nix/evaluation_memory.hpp"

namespace nixbuild::nix {

Evaluation evaluate_unless_remembered(const Session& session, const FlakeAttribute& flake,
                                      const std::string& system, const Environment& environment,
                                      const std::filesystem::path& memory, progress::Step& step,
                                      LogProgress& log) {
  const auto identify = [&] {
    return evaluation_identity(session, environment, flake, system, log);
  };
  const auto identity = identify();
  if (!identity) return evaluate_flake(session, flake, system, log);
  EvaluationMemory evaluations(memory);
  if (auto known = evaluations.find(identity->text)) {
    step.cached();
    return *known;
  }
  Evaluation evaluation = evaluate_flake(session, flake, system, log);
  const bool is_locked =
      identity->tree.empty() || lock_is_in_tree(session, flake, identity->tree, log);
  // The flake may have been changed while it was evaluated.
  if (is_locked && identify() == identity) evaluations.remember(identity->text, evaluation);
  return evaluation;
}

} // namespace nixbuild::nix
