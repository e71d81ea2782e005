#pragma once

#include "archive/decompress.hpp"
#include "image/image_set.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace nixbuild::pipeline {

// One layer of an image set, by its indexes, and how it is wanted.
struct LayerOrder {
  std::size_t image = 0;
  std::size_t layer = 0;
  archive::Compression compression = archive::Compression::none;
};

// Gives the content of a layer of the set that is being read.
using ContentOf =
    std::function<std::shared_ptr<const image::LayerContent>(std::size_t image, std::size_t layer)>;

// Images without their layers' bytes, and orders of layers, as texts (JSON). Reading throws an
// Error of kind corrupt; orders are checked against the set that they are about.
[[nodiscard]] std::string to_message(const image::ImageSet& images);
[[nodiscard]] image::ImageSet parse_images(std::string_view message, const ContentOf& content_of);
[[nodiscard]] std::string to_message(const LayerOrder& order);
[[nodiscard]] LayerOrder parse_order(std::string_view message, const image::ImageSet& images);

} // namespace nixbuild::pipeline
