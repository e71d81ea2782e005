#include "nix/evaluate.hpp"
#include "nix/evaluation_identity.hpp"
#include "nix/evaluation_memory.hpp"

namespace nixbuild::nix {

Evaluations
evaluate_unless_remembered(const Session& session, const FlakeAttributes& flakes,
                           const std::string& system, const Environment& environment,
                           const std::optional<std::filesystem::path>& memory, progress::Step& step,
                           LogProgress& log,
                           const std::function<Evaluations(const FlakeAttributes&)>& evaluate) {
  if (!memory) return evaluate(flakes);
  const FlakeAttribute& one = flakes.front();
  const auto identify = [&] { return evaluation_identity(session, environment, one, system, log); };
  const auto identity = identify();
  if (!identity) return evaluate(flakes);
  EvaluationMemory remembered(*memory);
  Evaluations all;
  all.reserve(flakes.size());
  FlakeAttributes unknown;
  for (const FlakeAttribute& flake : flakes) {
    all.push_back(remembered.find(identity->of(flake.fragment)));
    if (!all.back()) unknown.push_back(flake);
  }
  if (unknown.empty()) {
    step.cached();
    return all;
  }
  const Evaluations found = evaluate(unknown);
  const bool is_locked =
      identity->tree.empty() || lock_is_in_tree(session, one, identity->tree, log);
  // The flake may have been changed while it was evaluated.
  const bool lasts = is_locked && identify() == identity;
  for (std::size_t index = 0; index < unknown.size(); ++index) {
    if (!found[index]) continue;
    if (lasts) remembered.remember(identity->of(unknown[index].fragment), *found[index]);
  }
  auto next = found.begin();
  for (std::optional<Evaluation>& evaluation : all)
    if (!evaluation) evaluation = *next++;
  return all;
}

} // namespace nixbuild::nix
