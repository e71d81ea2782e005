#pragma once

#include "context/global_flags.hpp"
#include "oci/platform.hpp"
#include "pipeline/build_report.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <optional>

namespace nixbuild::pipeline {

// The command line of `load`, understood but not yet acted upon.
struct LoadRequest {
  context::GlobalFlags docker;
  std::filesystem::path archive;
  // Which image of several is meant. Else the engine's, but one that is there for a single platform
  // is loaded whichever that is, as docker load does.
  std::optional<oci::Platform> platform;
};

// Loads the images of an archive into the engine, under their own names. Throws an Error as
// image::read_image_archive and sink::load_into_engine do.
[[nodiscard]] BuildReport load(const LoadRequest& request, World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
