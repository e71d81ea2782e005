#include "image/destination_tree.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <utility>
#include <vector>

namespace nixbuild::image {

using archive::TreeNode;

namespace {

constexpr std::size_t longest_path = 4096; // Linux's PATH_MAX

// The names on the way to a path as Go's filepath.Clean writes it; an absolute path begins with "".
std::vector<std::string_view> names_of(std::string_view path) {
  std::vector<std::string_view> names;
  const bool absolute = path.starts_with('/');
  if (absolute) names.emplace_back("");
  const std::size_t fixed = names.size();
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view name = path.substr(at, end - at);
    at = end + 1;
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      names.push_back(name);
    } else if (names.size() > fixed) {
      names.pop_back();
    } else if (!absolute) {
      throw Error(ErrorKind::invalid_input, format("'{}' leads out of the image", path));
    }
  }
  if (names.empty()) names.emplace_back(".");
  return names;
}

std::string_view type_name(TreeNode::Type type) {
  switch (type) {
  case TreeNode::Type::directory:
    return "folder";
  case TreeNode::Type::symlink:
    return "link";
  case TreeNode::Type::file:
    break;
  }
  return "file";
}

[[noreturn]] void conflict(std::string_view destination, const PlacedFile& earlier,
                           const PlacedFile& later, std::string_view reason) {
  throw Error(ErrorKind::invalid_input,
              format("two files would be {} in the image: {} and {} {}", destination,
                     earlier.node.path, later.node.path, reason))
      .with_hint("leave one of them out of copyToRoot, or make them the same");
}

void require_agreement(std::string_view destination, const PlacedFile& earlier,
                       const PlacedFile& later) {
  const TreeNode& a = earlier.node;
  const TreeNode& b = later.node;
  if (a.type != b.type) {
    conflict(destination, earlier, later,
             format("are a {} and a {}", type_name(a.type), type_name(b.type)));
  }
  if (a.mode != b.mode) {
    conflict(destination, earlier, later, format("have modes {:04o} and {:04o}", a.mode, b.mode));
  }
  if (a.type == TreeNode::Type::file && a.size != b.size) {
    conflict(destination, earlier, later, format("have {} and {} bytes", a.size, b.size));
  }
  // As in nix2container, permissions may be added to a path that had no options before.
  const Nix2ContainerPath& rules = earlier.rules->path();
  const bool had_options = !rules.rewrite_regex.empty() || !rules.permissions.empty();
  if (had_options && rules.permissions != later.rules->path().permissions) {
    conflict(destination, earlier, later, "have different permissions");
  }
}

} // namespace

void DestinationTree::place(std::string_view destination, PlacedFile file) {
  if (destination.size() > longest_path) {
    throw Error(ErrorKind::invalid_input,
                format("the place of {} in the image has a name of {} bytes", file.node.path,
                       destination.size()));
  }
  Node* current = &top_;
  for (const std::string_view name : names_of(destination)) {
    if (current->file && current->file->node.type != TreeNode::Type::directory) {
      throw Error(ErrorKind::invalid_input,
                  format("{} would be {} in the image, inside of {}, which is no folder",
                         file.node.path, destination, current->file->node.path));
    }
    auto found = current->children.find(name);
    if (found == current->children.end()) {
      found = current->children.emplace(name, std::make_unique<Node>()).first;
    }
    current = found->second.get();
  }
  if (current->file) require_agreement(destination, *current->file, file);
  if (file.node.type != TreeNode::Type::directory && !current->children.empty()) {
    throw Error(ErrorKind::invalid_input,
                format("{} would be {} in the image, where there is a folder already",
                       file.node.path, destination));
  }
  current->file = std::move(file);
}

void DestinationTree::visit_children(const Node& parent, const std::string& path,
                                     const Visitor& visitor) {
  for (const auto& [name, child] : parent.children) {
    std::string child_path = path;
    if (name.empty() || (!path.empty() && path != "/")) child_path += '/';
    child_path += name;
    const std::optional<PlacedFile>& file = child->file;
    visitor(child_path, file ? &*file : nullptr);
    visit_children(*child, child_path, visitor);
  }
}

} // namespace nixbuild::image
