#pragma once

#include "oci/platform.hpp"

#include <optional>

namespace nixbuild::oci {

// How well an image for `offered` runs on a machine that wants `wanted`: 0 is exactly that, and the
// larger the number the older the variant ("arm/v6" where "arm/v7" is wanted). Nothing when it does
// not run there. As containerd's platforms.Only has it, but for 32-bit images on 64-bit machines.
[[nodiscard]] std::optional<int> platform_distance(const Platform& wanted, const Platform& offered);

} // namespace nixbuild::oci
