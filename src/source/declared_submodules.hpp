#pragma once

#include <string_view>

namespace nixbuild::source {

// Whether the text of a flake.nix has "inputs.self.submodules = true", in any of the ways to write
// attributes down (Nix 2.27 and newer read it). Its text, since there may be no Nix on this
// machine that could read it; what is written otherwise is not found.
[[nodiscard]] bool declares_submodules(std::string_view flake_nix);

} // namespace nixbuild::source
