#pragma once

#include "image/image.hpp"
#include "image/nix2container_path.hpp"

#include <memory>
#include <string>
#include <vector>

namespace nixbuild::image {

// The layer of `paths` exactly as nix2container (nix/tar.go, nix/graph.go) writes it. All files go
// into one tree, which begins with "/"; folders above the store paths are root's, mode 0755.
// On disk the paths are found below `root`, which is empty unless the store is elsewhere.
//
// Throws an Error of kind invalid_input for a bad regular expression or mode. Reading throws an
// Error: not_found for a path that is gone, invalid_input for files that conflict, corrupt for a
// file that becomes shorter while it is read.
[[nodiscard]] std::shared_ptr<const LayerContent>
nix2container_layer(std::vector<Nix2ContainerPath> paths, std::string root = {});

} // namespace nixbuild::image
