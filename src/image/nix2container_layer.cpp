#include "image/nix2container_layer.hpp"

#include "archive/tree_walk.hpp"
#include "image/destination_tree.hpp"
#include "image/layer_writer.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::image {

namespace {

using archive::LayerEntry;
using archive::TarFlavour;
using archive::TreeNode;

LayerEntry plain_entry(LayerEntry::Type type, std::string name, unsigned mode) {
  return {.type = type,
          .name = std::move(name),
          .target = {},
          .mode = mode,
          .uname = "root",
          .gname = "root",
          .mtime = 1};
}

LayerEntry entry_of(const TreeNode& node, const std::string& name) {
  switch (node.type) {
  case TreeNode::Type::directory:
    return plain_entry(LayerEntry::Type::directory, name, node.mode);
  case TreeNode::Type::symlink: {
    // Links of Darwin have other modes.
    LayerEntry link = plain_entry(LayerEntry::Type::symlink, name, 0777);
    link.target = node.target;
    return link;
  }
  case TreeNode::Type::file:
    break;
  }
  return plain_entry(LayerEntry::Type::file, name, node.mode);
}

// A text that no other text can be taken for when it stands among others.
std::string counted(std::string_view text) {
  return format("{}:{}\n", text.size(), text);
}

class Nix2ContainerLayer : public LayerContent {
public:
  Nix2ContainerLayer(std::vector<Nix2ContainerPath> paths, std::string root)
      : root_(std::move(root)) {
    rules_.reserve(paths.size());
    for (Nix2ContainerPath& path : paths)
      rules_.emplace_back(std::move(path));
  }

  void write_to(archive::Sink& sink, const CancelToken& cancel) const override {
    LayerWriter writer(sink, TarFlavour::go, cancel);
    tree(cancel).visit([&](const std::string& path, const PlacedFile* file) {
      if (file == nullptr) {
        writer.entry(plain_entry(LayerEntry::Type::directory, path, 0755));
        return;
      }
      LayerEntry entry = entry_of(file->node, path);
      file->rules->set_permissions(in_store(file->node), entry);
      if (file->node.type == TreeNode::Type::file) {
        writer.file(std::move(entry), file->node);
      } else {
        writer.entry(entry);
      }
    });
    writer.finish();
  }

  [[nodiscard]] std::string identity() const override {
    std::string text = "nix2container layer 1\n";
    for (const PathRules& rules : rules_) {
      const Nix2ContainerPath& path = rules.path();
      text += counted(path.path) + counted(path.rewrite_regex) + counted(path.rewrite_replacement);
      for (const Nix2ContainerPermission& permission : path.permissions) {
        text += counted(permission.regex) + counted(permission.mode) +
                format("{} {}\n", permission.uid, permission.gid) + counted(permission.uname) +
                counted(permission.gname);
      }
      text += "\n";
    }
    return text;
  }

private:
  [[nodiscard]] DestinationTree tree(const CancelToken& cancel) const {
    DestinationTree tree;
    for (const PathRules& rules : rules_) {
      archive::walk_tree(root_ + rules.path().path, archive::byte_name_order,
                         [&](const TreeNode& node) {
                           cancel.throw_if_cancelled();
                           const std::string destination = rules.destination(in_store(node));
                           if (!destination.empty()) {
                             tree.place(destination, {.node = node, .rules = &rules});
                           }
                         });
    }
    return tree;
  }

  [[nodiscard]] std::string_view in_store(const TreeNode& node) const {
    return std::string_view(node.path).substr(root_.size());
  }

  std::vector<PathRules> rules_;
  std::string root_;
};

} // namespace

std::shared_ptr<const LayerContent> nix2container_layer(std::vector<Nix2ContainerPath> paths,
                                                        std::string root) {
  return std::make_shared<Nix2ContainerLayer>(std::move(paths), std::move(root));
}

} // namespace nixbuild::image
