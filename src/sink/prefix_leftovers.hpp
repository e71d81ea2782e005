#pragma once

#include "engine/engine.hpp"
#include "image/image.hpp"
#include "support/cancel.hpp"

#include <string>

namespace nixbuild::sink {

// Removes the prefix images (sink/prefix_image.hpp) that are of no use once the engine has `image`:
// those made for the same `purpose`, by this load or by one that was aborted, and those all of
// whose layers `image` holds too. What cannot be removed stays: they are nameless, so `docker image
// prune` takes them. Only a cancellation is thrown.
void remove_prefix_images(const image::Image& image, const std::string& purpose,
                          engine::Engine& engine, const CancelToken& cancel);

} // namespace nixbuild::sink
