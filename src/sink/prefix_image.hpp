#pragma once

#include "image/image.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace nixbuild::sink {

// The label by which prefix images are recognised in an engine; its value is what the load that
// made it was for (the first name of the image, or its config digest when it has none).
inline constexpr std::string_view prefix_label = "docker-nixbuild.prefix-of";

// The image of the first `count` layers of `image`, which an engine takes to keep these layers
// while the rest is on its way. It has no name and runs nothing; its config has the label
// prefix_label with the value `purpose`.
[[nodiscard]] image::Image prefix_image(const image::Image& image, std::size_t count,
                                        const std::string& purpose);

} // namespace nixbuild::sink
