#pragma once

#include "archive/layer_tar.hpp"
#include "image/image.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace nixbuild::image {

// What dockerTools' stream script says of all files of its store layers.
struct StoreLayerOwner {
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::string uname = "root";
  std::string gname = "root";
  std::int64_t mtime = 1;
};

// The layer of `paths` (in this order) exactly as nixpkgs' stream_layered_image.py writes it: the
// folders /nix and /nix/store, then each path with everything in it. On disk the paths are found
// below `root`, which is empty unless the store is somewhere else than it says.
// Reading throws an Error: not_found for a path that is gone, corrupt for a file that becomes
// shorter while it is read.
[[nodiscard]] std::shared_ptr<const LayerContent>
docker_tools_layer(std::vector<std::string> paths, StoreLayerOwner owner, std::string root = {});

} // namespace nixbuild::image
