#pragma once

#include "support/environment.hpp"

#include <string>

namespace nixbuild::progress {

// Escape sequences (ECMA-48 SGR) that switch a color on, all empty when colors are off.
struct Colors {
  std::string run, warning, error, cancel;
  std::string faint;
  std::string reset;
};

// buildx's colors, as changed by BUILDKIT_COLORS ("run=green:warning=yellow:error=red:cancel=
// 255,165,0") and switched off by NO_COLOR. What it does not know in BUILDKIT_COLORS it leaves out.
[[nodiscard]] Colors colors_of(const Environment& environment);

} // namespace nixbuild::progress
