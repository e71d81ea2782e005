#pragma once

#include "image/image.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace nixbuild::image {

// A layer that is ready in a file of its own. `identity` as LayerContent::identity.
[[nodiscard]] std::shared_ptr<const LayerContent> file_layer(std::filesystem::path file,
                                                             std::string identity = {});

} // namespace nixbuild::image
