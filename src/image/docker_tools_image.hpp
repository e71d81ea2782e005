#pragma once

#include "image/digest_cache.hpp"
#include "image/image.hpp"
#include "image/layer_digests.hpp"
#include "image/nix_store.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <filesystem>

namespace nixbuild::image {

// Whether `file` is the conf.json of dockerTools.streamLayeredImage: a regular file that holds an
// object with "store_layers" and "customisation_layer". Throws an Error when it cannot be read.
[[nodiscard]] bool is_docker_tools_conf(const std::filesystem::path& file);

// The image that dockerTools' stream script makes of the conf.json `file`, with the same layers and
// the same image ID, without its tar: a layer is read only where `cache` does not know its digest.
// The checksum of the customisation layer is believed; whoever sends it finds out. Asked again with
// DigestTrust::bytes, every layer is read.
// "now" in conf.json is reporter.now().
//
// Throws an Error: corrupt for a malformed conf.json, paths outside of `store`, a bad base image, a
// customisation layer that does not have its checksum; invalid_input for more than 125 layers;
// not_found, naming them, for store paths that are gone.
[[nodiscard]] Image docker_tools_image(const std::filesystem::path& file, const NixStore& store,
                                       DigestTrust trust, DigestCache& cache,
                                       progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::image
