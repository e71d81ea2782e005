#include "devcontainer/workspace_containers.hpp"

#include "image/amendment.hpp"

#include <string_view>
#include <utility>

namespace nixbuild::devcontainer {

namespace fs = std::filesystem;

namespace {

// github.com/devcontainers/cli src/spec-node/singleContainer.ts
constexpr std::string_view folder_label = "devcontainer.local_folder";
constexpr const char* file_label = "devcontainer.config_file";

} // namespace

std::vector<engine::ListedContainer> workspace_containers(engine::Engine& engine,
                                                          const fs::path& workspace,
                                                          const fs::path& file,
                                                          const CancelToken& cancel) {
  std::vector<engine::ListedContainer> containers =
      engine.containers_with_label(folder_label, workspace.string(), cancel);
  std::erase_if(containers, [&](const engine::ListedContainer& container) {
    const auto other = container.labels.find(file_label);
    return other != container.labels.end() && other->second != file.string();
  });
  return containers;
}

bool is_of_another_image(const engine::ListedContainer& container, const std::string& image_id,
                         const engine::Labels& image_labels) {
  if (engine::is_same_id(container.image_id, image_id)) return false;
  const std::string label(image::identity_label);
  const auto theirs = container.labels.find(label);
  const auto ours = image_labels.find(label);
  return theirs == container.labels.end() || ours == image_labels.end() ||
         theirs->second != ours->second;
}

} // namespace nixbuild::devcontainer
