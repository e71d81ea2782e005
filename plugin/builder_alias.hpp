#pragma once

#include "context/global_flags.hpp"
#include "support/environment.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace nixbuild::plugin {

// A command line that docker handed to us because of `"aliases": {"builder": "nixbuild"}` in its
// config.json: `docker build …`, `docker image build …`, `docker builder …` or `docker bake …`.
struct AliasCall {
  context::GlobalFlags docker;
  std::vector<std::string> words; // as buildx would get them: "build -t x .", "prune", "bake"
};

// Told from docker's own command line, `caller` (process::arguments_of_parent): docker replaces the
// first words of the whole line that look like the command, even if they are the name of a context,
// so that `arguments` alone say neither what was meant nor that it was not `docker nixbuild build`
// (docker/cli cmd/docker/builder.go). Nothing when it is no such call.
[[nodiscard]] std::optional<AliasCall> alias_call(std::span<const std::string> arguments,
                                                  std::span<const std::string> caller);

} // namespace nixbuild::plugin
