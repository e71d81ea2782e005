#pragma once

#include "nix/installable.hpp"
#include "nix/session.hpp"
#include "support/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::nix {

struct EvaluationIdentity {
  std::string text;
  // Whether Nix said that the flake and all its inputs are locked. A git commit has a lock file,
  // but that may be incomplete.
  bool is_locked = false;
  bool operator==(const EvaluationIdentity&) const = default;
};

// Everything that determines what the evaluation of `flake` for `system` tells: the flake and its
// inputs, the attribute, the options and Nix's configuration, and which Nix and which of our
// expressions evaluate. The flake of a git tree without changes is told by its commit, which takes
// one `git status`; others by what `nix flake metadata` says (locked_flake).
// Nothing when that cannot be known beforehand: a git tree with changes, inputs that are not
// locked, impure evaluation, or when Nix fails. Throws an Error of kind cancelled.
[[nodiscard]] std::optional<EvaluationIdentity>
evaluation_identity(const Session& session, const Environment& environment,
                    const FlakeAttribute& flake, const std::string& system, LogProgress& log);

// What `nix flake metadata` says of a flake and its inputs that determines them: nothing when one
// of them is not locked, or when Nix fails. `log` shows what is fetched for it.
[[nodiscard]] std::optional<std::string>
locked_flake(const Session& session, const FlakeAttribute& flake, LogProgress& log);

// The same of its answer, as Nix 2.8 to 2.34 give it.
[[nodiscard]] std::optional<std::string> parse_locked_flake(std::string_view metadata);

} // namespace nixbuild::nix
