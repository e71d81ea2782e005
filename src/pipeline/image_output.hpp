#pragma once

#include "image/image_set.hpp"
#include "oci/reference.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/output.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

// Writes `images`, called `names`, to the file or folder of `output`, or to world.standard_output.
// A file takes its place when it is whole. Throws an Error as sink::write_image_tar does.
void write_output(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                  const FileOutput& output, const BuildRequest& request, World& world,
                  const CancelToken& cancel);

} // namespace nixbuild::pipeline
