#include "pipeline/loaded_images.hpp"

#include <utility>

namespace nixbuild::pipeline {

LoadedImages::LoadedImages(std::filesystem::path file) : facts_(std::move(file), file_limit) {}

bool LoadedImages::has(const std::string& id) const {
  return facts_.find(id).has_value();
}

void LoadedImages::remember(const std::string& id) {
  if (!has(id)) facts_.remember(id, "loaded");
}

} // namespace nixbuild::pipeline
