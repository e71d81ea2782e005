#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "oci/reference.hpp"
#include "progress/reporter.hpp"
#include "sink/load_plan.hpp"
#include "support/cancel.hpp"

#include <set>
#include <vector>

namespace nixbuild::sink {

// Which layers of `image` the engine lacks. Asked of the engine itself, so exact until somebody
// removes an image there:
//   graph driver        a load of the metadata alone, which fails with the name of the first layer
//                       file that is missing and leaves nothing behind; what follows that layer is
//                       missing too, since layers are kept by the chain below them. Not asked
//                       when the image that has the first of `names` holds all but a few bytes
//   containerd          its list of blobs (Content service); without one, the layers of images
//                       without gaps that we loaded uncompressed (sink/load_tar.hpp): those called
//                       by `names`, and what aborted loads have left
//   containers-storage  the layers of all its images
// Where the answer cannot be had all layers are missing, and `reporter` is told why.
[[nodiscard]] LoadPlan missing_layers(const image::Image& image,
                                      const std::vector<oci::Reference>& names,
                                      engine::Engine& engine, progress::Reporter& reporter,
                                      const CancelToken& cancel);

// The layers of `image` whose blobs are not among `present`.
[[nodiscard]] LoadPlan layers_not_in(const std::set<oci::Digest>& present,
                                     const image::Image& image);

} // namespace nixbuild::sink
