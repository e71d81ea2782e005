#pragma once

#include "oci/platform.hpp"

namespace nixbuild::oci {

// The platform of the Linux images that run natively on this machine's processor, whatever system
// this machine runs: "linux/arm64" on an Apple-silicon Mac. Throws an Error of kind io.
[[nodiscard]] Platform platform_of_this_machine();

} // namespace nixbuild::oci
