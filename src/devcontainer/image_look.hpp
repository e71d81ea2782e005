#pragma once

#include "devcontainer/check.hpp"
#include "engine/engine.hpp"
#include "support/cancel.hpp"

#include <string>

namespace nixbuild::devcontainer {

// What `image` has before anything has run in it: a container is made of it, read, and
// removed without having been started. Throws an Error as the engine does.
[[nodiscard]] ImageFiles look_into_image(engine::Engine& engine, const engine::ImageDetails& image,
                                         const CancelToken& cancel);

} // namespace nixbuild::devcontainer
