#pragma once

#include "nix/options.hpp"
#include "support/environment.hpp"

#include <map>
#include <optional>
#include <string>

// Command lines can be read by every user of a machine, so settings of `--option` that hold a
// secret reach Nix by the environment of that one process (nix.conf(5), NIX_CONFIG), which only its
// owner can read.
namespace nixbuild::nix {

// Tokens, variables for builds, and addresses with a user's name and password in them.
[[nodiscard]] bool may_be_secret(const std::string& setting, const std::string& value);

// Those of `options`, as lines of nix.conf; empty when there are none. Throws an Error of kind
// invalid_input, without the value, for one that no such line can say.
[[nodiscard]] std::string secret_settings(const Options& options);

// What a command of Nix needs in its environment for `options`: as process::Command has it.
[[nodiscard]] std::map<std::string, std::optional<std::string>>
environment_for(const Options& options, const Environment& environment);

} // namespace nixbuild::nix
