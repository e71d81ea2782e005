#include "image/store_layer.hpp"

#include "archive/tree_walk.hpp"
#include "image/layer_writer.hpp"
#include "support/format.hpp"

#include <utility>

#include <sys/stat.h>

namespace nixbuild::image {

namespace {

using archive::LayerEntry;
using archive::TarFlavour;
using archive::TreeNode;

LayerEntry::Type entry_type(TreeNode::Type type) {
  switch (type) {
  case TreeNode::Type::directory:
    return LayerEntry::Type::directory;
  case TreeNode::Type::symlink:
    return LayerEntry::Type::symlink;
  case TreeNode::Type::file:
    break;
  }
  return LayerEntry::Type::file;
}

// Tells a store path from one of the same name that was removed and built again, perhaps with other
// bytes: few builds are reproducible to the last bit.
std::string incarnation(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return "missing";
  return format("{} {}", status.st_ino, status.st_ctime);
}

class DockerToolsLayer : public LayerContent {
public:
  DockerToolsLayer(std::vector<std::string> paths, StoreLayerOwner owner, std::string root)
      : paths_(std::move(paths))
      , owner_(std::move(owner))
      , root_(std::move(root)) {}

  void write_to(archive::Sink& sink, const CancelToken& cancel) const override {
    LayerWriter writer(sink, TarFlavour::python, cancel);
    for (const char* folder : {"/nix", "/nix/store"}) {
      writer.entry(entry(folder, LayerEntry::Type::directory, 0755));
    }
    for (const std::string& path : paths_) {
      archive::walk_tree(root_ + path, archive::python_name_order, [&](const TreeNode& node) {
        LayerEntry next = entry(node.path.substr(root_.size()), entry_type(node.type), node.mode);
        next.target = node.target;
        if (node.type == TreeNode::Type::file) {
          writer.file(std::move(next), node);
        } else {
          writer.entry(next);
        }
      });
    }
    writer.finish();
  }

  [[nodiscard]] std::string identity() const override {
    std::string text = format("docker-tools layer 2\n{} {} {} {} {}\n", owner_.uid, owner_.gid,
                              owner_.uname, owner_.gname, owner_.mtime);
    for (const std::string& path : paths_)
      text += format("{} {}\n", path, incarnation(root_ + path));
    return text;
  }

private:
  [[nodiscard]] LayerEntry entry(std::string name, LayerEntry::Type type, unsigned mode) const {
    return {.type = type,
            .name = std::move(name),
            .target = {},
            .mode = mode,
            .uid = owner_.uid,
            .gid = owner_.gid,
            .uname = owner_.uname,
            .gname = owner_.gname,
            .mtime = owner_.mtime};
  }

  std::vector<std::string> paths_;
  StoreLayerOwner owner_;
  std::string root_;
};

} // namespace

std::shared_ptr<const LayerContent> docker_tools_layer(std::vector<std::string> paths,
                                                       StoreLayerOwner owner, std::string root) {
  return std::make_shared<DockerToolsLayer>(std::move(paths), std::move(owner), std::move(root));
}

} // namespace nixbuild::image
