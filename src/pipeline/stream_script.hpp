#pragma once

#include "image/image.hpp"
#include "oci/platform.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace nixbuild::pipeline {

// dockerTools.streamLayeredImage builds a small script that runs a Python program with a conf.json
// and writes a docker-archive to its stdout (nixpkgs pkgs/build-support/docker/default.nix).

// The conf.json that the script `file` names; nothing when `file` is no script, or one that does
// not name such a file.
[[nodiscard]] std::optional<std::filesystem::path>
conf_of_script(const std::filesystem::path& file);

// Whether `file` is a script that can be run.
[[nodiscard]] bool is_runnable_script(const std::filesystem::path& file);

// Runs the script and reads the images that it writes, which are kept in an unnamed temporary file.
// Throws an Error of kind failed, with what the script said, when it fails; else as
// image::read_image_archive.
[[nodiscard]] std::vector<image::Image> run_stream_script(const std::filesystem::path& file,
                                                          const oci::Platform& platform,
                                                          World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
