#pragma once

#include "image/image.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nixbuild::image {

// The few files of an image that do not come from the store: what programs expect to find at fixed
// places. Folders on the way are made, with mode 0755, unless they were described before. What is
// described again replaces what was there. Paths are absolute, without "..", links or double
// slashes.
class RootFiles {
public:
  struct Owner {
    std::uint64_t uid = 0;
    std::uint64_t gid = 0;
  };

  void directory(const std::string& path, unsigned mode = 0755, Owner owner = {0, 0});
  void file(const std::string& path, std::string content, unsigned mode = 0644,
            Owner owner = {0, 0});
  void link(const std::string& path, std::string target);

  [[nodiscard]] bool contains(const std::string& path) const { return nodes_.contains(path); }
  [[nodiscard]] std::vector<std::string> link_targets() const;

  // As a layer: the flavour, times and root's names of the store layers.
  [[nodiscard]] std::shared_ptr<const LayerContent> layer() const;

private:
  struct Node {
    enum class Type { file, directory, symlink };
    Type type = Type::file;
    std::string content; // of a file, or where a link leads
    unsigned mode = 0;
    Owner owner;
  };
  class Content;

  void add(const std::string& path, Node node);

  std::map<std::string, Node> nodes_;
};

} // namespace nixbuild::image
