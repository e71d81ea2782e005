#pragma once

#include <cstddef>
#include <string_view>

namespace nixbuild::image {

// What moby's graph drivers take at most (daemon/internal/layer, maxLayerDepth).
inline constexpr std::size_t most_layers = 125;

// Throws an Error of kind invalid_input when an image of `count` layers cannot be loaded: more than
// most_layers, or none. `image` names it, `remedy` says how to build it with fewer.
void require_layer_count(std::size_t count, std::string_view image, std::string_view remedy);

} // namespace nixbuild::image
