#pragma once

#include "support/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::nix {

// A build that has ended: what it was and the last that it said.
struct FinishedBuild {
  std::string derivation; // "/nix/store/….drv"
  std::string phase;      // of stdenv's, or empty
  std::vector<std::string> tail;
  bool failed = false;
};

// What a command of Nix left behind when it failed, without terminal codes.
struct Failure {
  std::string text;                       // its error messages, or the last that it printed
  std::string remarks = {};               // what else it said, warnings above all
  std::vector<FinishedBuild> builds = {}; // the failed ones
};

// Whether Nix says that a flake does not have the output that was asked for.
[[nodiscard]] bool says_attribute_is_missing(std::string_view text);

// An Error with `message`: Nix's own words are its detail, and if they are of a kind that we know,
// that decides the Error's kind and one sentence of remedy is its hint, where there is one with the
// check of `docker nixbuild doctor` that tells more.
[[nodiscard]] Error explain(std::string message, const Failure& failure);

// What the user can do about a warning: that something is not trusted and therefore left out.
// Nothing for any other.
[[nodiscard]] std::optional<std::string_view> remedy_of_warning(std::string_view text);

} // namespace nixbuild::nix
