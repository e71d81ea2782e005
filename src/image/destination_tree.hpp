#pragma once

#include "archive/tree_walk.hpp"
#include "image/nix2container_path.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::image {

// What will stand at one place of a layer.
struct PlacedFile {
  archive::TreeNode node;           // on disk
  const PathRules* rules = nullptr; // of the store path that it comes from
};

// Where a layer's files will stand, which need not be where they are on disk: the tree that
// nix2container builds before it writes a layer.
class DestinationTree {
public:
  // Puts `file` at `destination`, a path with or without a leading slash. What is there already is
  // replaced; the two must agree in type, mode, size and permissions, else an Error of kind
  // invalid_input is thrown; so it is for a destination outside of the image or inside of a file.
  void place(std::string_view destination, PlacedFile file);

  // Called with each path in the tree, folders before what is in them, names in byte order.
  // `file` is null for a folder that only holds others.
  using Visitor = std::function<void(const std::string& path, const PlacedFile* file)>;
  void visit(const Visitor& visitor) const { visit_children(top_, "", visitor); }

private:
  struct Node {
    std::optional<PlacedFile> file;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
  };
  static void visit_children(const Node& parent, const std::string& path, const Visitor& visitor);

  Node top_; // holds the folder "/" under the name ""
};

} // namespace nixbuild::image
