#pragma once

#include "nix/expression.hpp"
#include "nix/nix.hpp"
#include "nix/session.hpp"
#include "support/environment.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::nix {

// The parts of Nix::evaluate, one per kind of installable.
[[nodiscard]] Evaluation evaluate_flake(const Session& session, const FlakeAttribute& flake,
                                        const std::string& system, LogProgress& log);

// Several attributes of one flake, whose evaluations are in the same order.
using FlakeAttributes = std::vector<FlakeAttribute>;
using Evaluations = std::vector<std::optional<Evaluation>>;

// All of them in one evaluation. Nothing for those that would fail, for evaluate_flake() to tell
// why.
[[nodiscard]] Evaluations evaluate_flake_together(const Session& session,
                                                  const FlakeAttributes& flakes,
                                                  const std::string& system, LogProgress& log);

// What `evaluate` makes of `flakes`, but where the file `memory`, if there is one, tells what would
// come of it nothing is evaluated; where that is so for all, `step` is said to be cached.
[[nodiscard]] Evaluations
evaluate_unless_remembered(const Session& session, const FlakeAttributes& flakes,
                           const std::string& system, const Environment& environment,
                           const std::optional<std::filesystem::path>& memory, progress::Step& step,
                           LogProgress& log,
                           const std::function<Evaluations(const FlakeAttributes&)>& evaluate);

// Nix::offered_systems.
[[nodiscard]] std::vector<std::string>
offered_systems(const Session& session, const FlakeAttribute& flake, LogProgress& log);
// See Nix::image_attributes.
[[nodiscard]] std::vector<std::string> flake_images(const Session& session,
                                                    const std::string& flake,
                                                    const std::string& system, LogProgress& log);
[[nodiscard]] Evaluation evaluate_file(const Session& session, const FileAttribute& file,
                                       const std::string& system, LogProgress& log);
[[nodiscard]] Evaluation evaluate_store_path(const Session& session, const StorePath& path,
                                             const std::string& system);

// "….drv^dev" or ".#x^dev" is cut into what is before the mark and the output; empty: not named.
// Throws an Error of kind invalid_input for several outputs: an image is one.
struct SelectedOutput {
  std::string rest;
  std::string output;
};
[[nodiscard]] SelectedOutput split_output(const std::string& text);

// The derivation that an answer found, checked; `what` is the installable as typed. Throws an
// Error of kind invalid_input when it is for another system, not_found when it has no such output.
[[nodiscard]] Evaluation accept(const FoundDerivation& found, std::string attribute,
                                const std::string& selected_output, const std::string& system,
                                const std::string& what);

[[nodiscard]] Error not_a_derivation(const std::string& what, const NoDerivation& value);

[[nodiscard]] Error wrong_system(const std::string& what, const std::string& has,
                                 const std::string& wanted);

} // namespace nixbuild::nix
