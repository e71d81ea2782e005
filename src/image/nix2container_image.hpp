#pragma once

#include "image/digest_cache.hpp"
#include "image/image.hpp"
#include "image/layer_digests.hpp"
#include "image/nix_store.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <filesystem>

namespace nixbuild::image {

// Whether `file` is nix2container's image JSON: a regular file that holds an object with "version"
// and "image-config". Throws an Error when it cannot be read.
[[nodiscard]] bool is_nix2container_image(const std::filesystem::path& file);

// The image that nix2container's image JSON `file` describes. It has no name: nix2container keeps
// that in the attributes imageName and imageTag.
//
// The digests that nix2container recorded when it built the image save reading the layers, so they
// are believed (DigestTrust::remembered), except where `cache` knows better. They may be wrong, as
// nix2container computed them inside of Nix's sandbox; whoever sends a layer finds that out. Asked
// again with DigestTrust::bytes, every layer is read: digests of the bytes then stand in the
// image's config, are remembered in `cache`, and the user is told of each that differs.
//
// Throws an Error: corrupt for a malformed JSON, paths outside of `store`, a damaged ready layer;
// invalid_input for more than 125 layers, a bad regular expression and files that conflict;
// not_found for a path that is gone.
[[nodiscard]] Image nix2container_image(const std::filesystem::path& file, const NixStore& store,
                                        DigestTrust trust, DigestCache& cache,
                                        progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::image
