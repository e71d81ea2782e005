#pragma once

#include "engine/engine.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nixbuild::devcontainer {

// The containers that dev container tools have made for `workspace` with the configuration `file`:
// they label them so.
[[nodiscard]] std::vector<engine::ListedContainer>
workspace_containers(engine::Engine& engine, const std::filesystem::path& workspace,
                     const std::filesystem::path& file, const CancelToken& cancel);

// Whether `container` was made from another image than the one with this ID. A tool may have built
// an image of its own upon ours: it then inherits our labels.
[[nodiscard]] bool is_of_another_image(const engine::ListedContainer& container,
                                       const std::string& image_id,
                                       const engine::Labels& image_labels);

} // namespace nixbuild::devcontainer
