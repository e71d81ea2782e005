#pragma once

#include "nix/options.hpp"
#include "support/environment.hpp"
#include "support/files.hpp"

#include <optional>
#include <string>

namespace nixbuild::pipeline {

// The options for calls of Nix on this machine, while it lives: logins for caches are in a file
// that is ours alone, together with those that Nix has anyway, and gone with this.
class CacheSession {
public:
  CacheSession(const nix::Options& asked, const Environment& environment);

  [[nodiscard]] const nix::Options& options() const noexcept { return options_; }

private:
  nix::Options options_;
  std::optional<TempDir> folder_;
};

} // namespace nixbuild::pipeline
