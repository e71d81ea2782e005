#pragma once

#include "engine/engine.hpp"

#include <string_view>

namespace nixbuild::plugin {

// What people call the kind of image store.
[[nodiscard]] constexpr std::string_view image_store_name(engine::ImageStore store) noexcept {
  switch (store) {
  case engine::ImageStore::containerd:
    return "containerd";
  case engine::ImageStore::containers_storage:
    return "containers-storage";
  case engine::ImageStore::graph_driver:
    break;
  }
  return "graph driver";
}

} // namespace nixbuild::plugin
