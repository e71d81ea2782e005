#pragma once

#include "engine/engine.hpp"
#include "oci/reference.hpp"
#include "support/cancel.hpp"

#include <string>
#include <vector>

namespace nixbuild::sink {

// What to do about the images that have lost their names.
enum class Replaced { keep, remove };

// Gives `image`, which the engine has, those of `names` that it does not have yet, in their order.
// With Replaced::remove, images that lose their last name thereby are removed afterwards, but not
// while a container uses them; returns the IDs of those that were. Throws an Error when a name
// cannot be given; not when an image cannot be removed.
std::vector<std::string> give_names(const engine::ImageDetails& image,
                                    const std::vector<oci::Reference>& names, Replaced replaced,
                                    engine::Engine& engine, const CancelToken& cancel);

} // namespace nixbuild::sink
