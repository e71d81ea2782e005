#pragma once

#include "oci/digest.hpp"
#include "oci/platform.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace nixbuild::oci {

// What we need to know of an image's config (OCI image-spec config.md, moby image/spec).
struct ImageConfig {
  Platform platform;
  std::vector<Digest> diff_ids; // rootfs.diff_ids, bottom first
};

// Larger configs are not read; the largest that are seen have some 100 KiB.
inline constexpr std::size_t largest_image_config = std::size_t{4} << 20U;

// Reads the JSON text of a config; `what` names it in messages. Throws an Error of kind corrupt
// when it is none.
[[nodiscard]] ImageConfig parse_image_config(std::string_view text, std::string_view what);

} // namespace nixbuild::oci
