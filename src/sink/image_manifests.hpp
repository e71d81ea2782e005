#pragma once

#include "image/image_set.hpp"
#include "oci/manifest.hpp"
#include "oci/reference.hpp"

#include <string>
#include <vector>

namespace nixbuild::sink {

// The descriptors of an image's layers as they are stored, bottom first.
using StoredLayers = std::vector<oci::Descriptor>;

// A blob that is small enough to be kept in memory.
struct TextBlob {
  oci::Descriptor descriptor;
  std::string text;
};

// What makes layers an image, or one for several platforms.
struct ImageManifests {
  std::vector<TextBlob> blobs;                 // configs and statements, each once
  std::vector<image::ImageManifest> manifests; // that `top` lists; none if it is no index
  image::ImageManifest top;
};

// The manifests of `images`, whose layers are stored as `layers` (as many) says, and an index of
// them where there are several or attestations. An image that came with a manifest keeps it,
// unless something in it changes. Attestations become manifests beside those of the images, as
// BuildKit has it (moby/buildkit docs/attestations/attestation-storage.md): statements of in-toto
// 0.1 whose subjects are the image by each of `names`. Throws an Error of kind invalid_input when
// there are annotations for an index that is none.
[[nodiscard]] ImageManifests image_manifests(const image::ImageSet& images,
                                             const std::vector<StoredLayers>& layers,
                                             const std::vector<oci::Reference>& names,
                                             const oci::Annotations& manifest_annotations,
                                             const oci::Annotations& index_annotations);

} // namespace nixbuild::sink
