#pragma once

#include "image/amendment.hpp"
#include "image/closure_options.hpp"
#include "image/image.hpp"
#include "image/image_set.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "pipeline/build_platforms.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace nixbuild::pipeline {

// What was built for one platform, opened: most artifacts hold one image.
struct OpenedArtifact {
  PlatformArtifact built;
  std::vector<image::Image> images; // for that platform
};

// What is done with opened artifacts; may be called twice.
using UseImages = std::function<void(const std::vector<OpenedArtifact>&)>;

// Opens `artifacts`, amends their images where that is wanted, and calls `use`. When `use` finds
// that a layer has another digest than was remembered, all layers are read and it is called once
// more. `named` says that the images are going to get names that are not their own. Throws an Error
// as open_images() does; invalid_input for an image for another platform, and for several images
// where one is wanted.
void with_images(const std::vector<PlatformArtifact>& artifacts,
                 const image::ClosureImageOptions& options,
                 const std::optional<image::Amendments>& amendments, bool named, World& world,
                 const UseImages& use, const CancelToken& cancel);

// The only image of each artifact. Throws an Error of kind invalid_input where there are several.
[[nodiscard]] std::vector<image::Image> single_images(const std::vector<OpenedArtifact>& opened);

} // namespace nixbuild::pipeline
