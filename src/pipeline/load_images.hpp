#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "oci/reference.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/world.hpp"
#include "sink/engine_sink.hpp"
#include "support/cancel.hpp"

#include <vector>

namespace nixbuild::pipeline {

// Loads `images`, each for another platform, into `engine` under `names`, and tells so in `report`.
// Several become one image where the engine's store keeps such images; another one gets the image
// that its machine runs, and the rest is said to be validated. Throws an Error; names are then
// where they were.
void load_images(const std::vector<image::Image>& images, const std::vector<oci::Reference>& names,
                 const sink::LoadOptions& options, engine::Engine& engine, World& world,
                 BuildReport& report, const CancelToken& cancel);

// Refuses, before anything is built, several platforms of which the engine would get none: an Error
// of kind invalid_input.
void require_loadable(const std::vector<oci::Platform>& platforms, const engine::Facts& engine);

} // namespace nixbuild::pipeline
