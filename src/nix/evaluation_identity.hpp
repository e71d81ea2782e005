#pragma once

#include "nix/installable.hpp"
#include "nix/session.hpp"
#include "support/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::nix {

struct EvaluationIdentity {
  std::string text; // of all but the attribute
  // The tree that stands for the flake's lock: whether it has the lock file is to be seen
  // (lock_is_in_tree). Empty where Nix has said what the flake is locked to.
  std::string tree;
  bool operator==(const EvaluationIdentity&) const = default;

  // Of the evaluation of one attribute of the flake.
  [[nodiscard]] std::string of(const std::string& fragment) const { return text + '\n' + fragment; }
};

// Everything that determines what evaluations of `flake` for `system` tell, but for the attribute:
// the flake and its inputs, the options and Nix's configuration, and which Nix and which of our
// expressions evaluate. The flake of a git tree without changes is told by its commit, which takes
// one `git status`, one of Options::unchanging_trees by its name; others by what
// `nix flake metadata` says (LockedFlake).
// Nothing when that cannot be known beforehand: a git tree with changes, inputs that are not
// locked, impure evaluation, or when Nix fails. Throws an Error of kind cancelled.
[[nodiscard]] std::optional<EvaluationIdentity>
evaluation_identity(const Session& session, const Environment& environment,
                    const FlakeAttribute& flake, const std::string& system, LogProgress& log);

// Whether EvaluationIdentity::tree determines the inputs of `flake`: each of them is locked, in a
// lock file that is part of the tree. Costs one `nix flake metadata`.
[[nodiscard]] bool lock_is_in_tree(const Session& session, const FlakeAttribute& flake,
                                   const std::string& tree, LogProgress& log);

// A flake that is locked, and all its inputs too.
struct LockedFlake {
  std::string text;      // what it is locked to
  std::string locks;     // of that the inputs, in the form of the lock file
  std::string lock_file; // its name from the top of the source tree
  bool has_inputs = false;
};

// Reads what `nix flake metadata --json` prints, from Nix 2.8 to 2.34. Nothing when something is
// not locked or the text is not understood.
[[nodiscard]] std::optional<LockedFlake> parse_locked_flake(std::string_view metadata);

} // namespace nixbuild::nix
