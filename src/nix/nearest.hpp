#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::nix {

// Those of `names` that somebody who wrote `wanted` may have meant, best first, at most three.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view wanted,
                                                     const std::vector<std::string>& names);

} // namespace nixbuild::nix
