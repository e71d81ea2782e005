#pragma once

#include "archive/decompress.hpp"

#include <string_view>

namespace nixbuild::image {

// OCI's media type of a layer that is compressed like this; nothing fits xz.
[[nodiscard]] std::string_view layer_media_type(archive::Compression compression);

} // namespace nixbuild::image
