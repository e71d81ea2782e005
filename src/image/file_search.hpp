#pragma once

#include "image/image.hpp"
#include "support/cancel.hpp"

#include <string>

namespace nixbuild::image {

struct FoundFile {
  bool exists = false;
  std::string content;
  bool behind_link = false; // a folder on the way to the path is a link
};

// The file at `path` ("/etc/passwd") of a container of `image`; links are followed, in the image.
// Layers are read from the top down, and only those that may have it. Throws an Error of kind
// corrupt for a layer that is no tar, and for a file of more than 4 MiB.
[[nodiscard]] FoundFile find_file(const Image& image, const std::string& path,
                                  const CancelToken& cancel);

} // namespace nixbuild::image
