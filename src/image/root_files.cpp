#include "image/root_files.hpp"

#include "image/layer_writer.hpp"

#include <utility>

namespace nixbuild::image {

using archive::LayerEntry;

// Parents come before their entries since a path sorts after each of its prefixes.
class RootFiles::Content : public LayerContent {
public:
  explicit Content(std::map<std::string, Node> nodes) : nodes_(std::move(nodes)) {}

  void write_to(archive::Sink& sink, const CancelToken& cancel) const override {
    LayerWriter writer(sink, archive::TarFlavour::python, cancel);
    for (const auto& [path, node] : nodes_) {
      LayerEntry entry{.name = path,
                       .target = {},
                       .mode = node.mode,
                       .uid = node.owner.uid,
                       .gid = node.owner.gid,
                       .uname = node.owner.uid == 0 ? "root" : "",
                       .gname = node.owner.gid == 0 ? "root" : ""};
      switch (node.type) {
      case Node::Type::file:
        writer.file(std::move(entry), node.content);
        break;
      case Node::Type::directory:
        entry.type = LayerEntry::Type::directory;
        writer.entry(entry);
        break;
      case Node::Type::symlink:
        entry.type = LayerEntry::Type::symlink;
        entry.target = node.content;
        writer.entry(entry);
        break;
      }
    }
    writer.finish();
  }

private:
  std::map<std::string, Node> nodes_;
};

void RootFiles::directory(const std::string& path, unsigned mode, Owner owner) {
  add(path, {.type = Node::Type::directory, .content = {}, .mode = mode, .owner = owner});
}

void RootFiles::file(const std::string& path, std::string content, unsigned mode, Owner owner) {
  add(path,
      {.type = Node::Type::file, .content = std::move(content), .mode = mode, .owner = owner});
}

void RootFiles::link(const std::string& path, std::string target) {
  add(path, {.type = Node::Type::symlink, .content = std::move(target), .mode = 0777, .owner = {}});
}

void RootFiles::add(const std::string& path, Node node) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    nodes_.try_emplace(
        path.substr(0, slash),
        Node{.type = Node::Type::directory, .content = {}, .mode = 0755, .owner = {}});
  }
  nodes_.insert_or_assign(path, std::move(node));
}

std::vector<std::string> RootFiles::link_targets() const {
  std::vector<std::string> targets;
  for (const auto& [path, node] : nodes_)
    if (node.type == Node::Type::symlink) targets.push_back(node.content);
  return targets;
}

std::shared_ptr<const LayerContent> RootFiles::layer() const {
  return std::make_shared<Content>(nodes_);
}

} // namespace nixbuild::image
