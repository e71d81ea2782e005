#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// The image config `config` (OCI image-spec, config.md) with its layers in another order: the diff
// ID and the history entry that stood at order[i] come to i. All other bytes stay as they are.
// History is left alone when it does not have one entry for each layer (beside those of empty
// layers). Precondition: `order` has every index of rootfs.diff_ids once. Throws an Error of kind
// corrupt for a text that is no image config.
[[nodiscard]] std::string permute_config_layers(std::string_view config,
                                                const std::vector<std::size_t>& order);

} // namespace nixbuild::image
