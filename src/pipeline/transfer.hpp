#pragma once

#include "engine/engine.hpp"
#include "image/closure_options.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "pipeline/artifact.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/world.hpp"
#include "sink/engine_sink.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

// What is to be moved where; everything that a transfer beside another engine has to know.
struct TransferJob {
  Artifact artifact;
  std::vector<oci::Reference> tags; // instead of the image's own names, when not empty
  oci::Platform platform;           // that the image must be for
  image::ClosureImageOptions image_options;
  sink::LoadOptions load_options;
};

// From a built artifact to images in the engine: source, image, plan, sink. When a layer turns out
// not to have the digest that was remembered, all are read and it is tried once more. Throws an
// Error; names are then where they were.
[[nodiscard]] std::vector<LoadedImage> transfer(const TransferJob& job, engine::Engine& engine,
                                                World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
