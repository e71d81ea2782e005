#pragma once

#include "engine/engine.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <vector>

namespace nixbuild::pipeline {

// What is to be moved where; everything that a transfer beside another engine has to know.
struct TransferJob {
  std::filesystem::path artifact;   // what was built
  std::vector<oci::Reference> tags; // instead of the image's own names, when not empty
  oci::Platform platform;           // that the image must be for
};

// From a built artifact to images in the engine: source, image, plan, sink. Throws an Error; names
// are then where they were.
[[nodiscard]] std::vector<LoadedImage> transfer(const TransferJob& job, engine::Engine& engine,
                                                World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
