#pragma once

#include "archive/decompressed_file.hpp"
#include "image/image.hpp"

#include <cstdint>
#include <memory>

namespace nixbuild::image {

// A layer that is a member of an archive: `size` bytes at `offset` of the decompressed `file`.
[[nodiscard]] std::shared_ptr<const LayerContent>
archived_layer(std::shared_ptr<const archive::DecompressedFile> file, std::uint64_t offset,
               std::uint64_t size);

} // namespace nixbuild::image
