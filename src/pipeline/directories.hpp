#pragma once

#include "support/environment.hpp"

#include <filesystem>

namespace nixbuild::pipeline {

// Where our own files are; both throw an Error of kind not_found when there is no home directory.

// What must outlive a run: $XDG_STATE_HOME/docker-nixbuild, else ~/.local/state/docker-nixbuild.
[[nodiscard]] std::filesystem::path state_directory(const Environment& environment);

// The builder::BuilderStore of this user.
[[nodiscard]] std::filesystem::path builders_directory(const Environment& environment);

// What only saves time: $XDG_CACHE_HOME/docker-nixbuild, else ~/.cache/docker-nixbuild.
[[nodiscard]] std::filesystem::path cache_directory(const Environment& environment);

// The image::DigestCache of this user.
[[nodiscard]] std::filesystem::path digest_cache_file(const Environment& environment);

// The image::CompressedCache of this user.
[[nodiscard]] std::filesystem::path compressed_cache_file(const Environment& environment);

// The LoadedImages of this user.
[[nodiscard]] std::filesystem::path loaded_images_file(const Environment& environment);

// The nix::EvaluationMemory of this user.
[[nodiscard]] std::filesystem::path evaluation_memory_file(const Environment& environment);

} // namespace nixbuild::pipeline
