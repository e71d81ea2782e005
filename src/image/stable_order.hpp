#pragma once

#include "image/image.hpp"
#include "oci/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace nixbuild::image {

// An image in another order, and what that gained: how many more layers at its bottom are those of
// the other image, and their bytes.
struct StableOrder {
  Image image;
  std::size_t layers = 0;
  std::uint64_t bytes = 0;
};

// `image` with its layers arranged like those of another image, which has the diff IDs `previous`.
// Engines keep layers by the chain below them, so that whatever stands above the first difference
// has to be unpacked, and by graph drivers sent, again. Layers that may change places
// (Layer::movable) and that `previous` has come first, in its order; new ones come on top; all
// others stay where they are. Its config names them in the new order and is otherwise the same, so
// that the image has another ID. Nothing when that would gain nothing.
[[nodiscard]] std::optional<StableOrder> stable_order(const Image& image,
                                                      const std::vector<oci::Digest>& previous);

} // namespace nixbuild::image
