#include "sink/file_tree.hpp"

#include "archive/tar_reader.hpp"
#include "image/member_name.hpp"
#include "sink/stored_layer.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild::sink {

using archive::TarEntry;
using archive::TarType;

namespace {

constexpr std::string_view whiteout = ".wh.";
constexpr std::string_view opaque = ".wh..wh..opq";
constexpr std::string_view aufs_metadata = ".wh..wh.";

// An entry of an image: the number of its layer, and its own in there.
struct EntryId {
  std::size_t layer = 0;
  std::size_t number = 0;
  auto operator<=>(const EntryId&) const = default;
};

[[noreturn]] void fail(const TarEntry& entry, std::string_view problem) {
  throw Error(ErrorKind::corrupt, format("the image's file '{}' {}", entry.name, problem));
}

// Calls `work` for each entry of a layer, whose content may then be read from the reader.
void read_layer(const image::Layer& layer, const CancelToken& cancel,
                const std::function<void(TarEntry&, archive::Source&, std::size_t)>& work) {
  const auto source = layer_tar(layer, cancel);
  archive::TarReader reader(*source);
  std::size_t number = 0;
  while (auto entry = reader.next()) {
    cancel.throw_if_cancelled();
    work(*entry, reader, number++);
  }
  // Only the end tells whether the layer is the right one.
  std::array<std::byte, 65536> rest{};
  while (source->read(rest) > 0) {
  }
}

// Which entries make up the files of an image, found by putting one layer on the other.
class FileTree {
public:
  // Takes the next entry.
  void add(const TarEntry& entry, EntryId id) {
    const auto given = image::member_name(relative(entry.name));
    if (!given) fail(entry, "would be outside of the image");
    const std::string path = resolved(*given, entry);
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
    const std::string_view name =
        std::string_view(path).substr(slash == std::string::npos ? 0 : slash + 1);
    if (name == opaque) return remove_below(parent, id.layer);
    if (path.starts_with(aufs_metadata) || path.find(format("/{}", aufs_metadata)) != path.npos) {
      return;
    }
    if (name.starts_with(whiteout)) {
      return remove(joined(parent, name.substr(whiteout.size())), id.layer);
    }
    put(path, entry, id);
  }

  // The paths that an entry has in the end, in order; all but the first are hard links to it.
  [[nodiscard]] std::map<EntryId, std::vector<std::string>> origins() const {
    std::map<EntryId, std::vector<std::string>> origins;
    for (const auto& [path, node] : nodes_)
      origins[node.origin].push_back(path);
    return origins;
  }

private:
  struct Node {
    EntryId origin;        // the entry that has its content
    std::size_t layer = 0; // that put it there
    TarType type = TarType::file;
    std::string link_target; // of a symbolic link
  };

  static std::string_view relative(std::string_view name) {
    while (name.starts_with('/'))
      name.remove_prefix(1);
    return name;
  }
  static std::string joined(const std::string& folder, std::string_view name) {
    return folder.empty() ? std::string(name) : format("{}/{}", folder, name);
  }

  // `path` without symbolic links on the way to its last part, as the kernel would find it with
  // the image as its root.
  [[nodiscard]] std::string resolved(const std::string& path, const TarEntry& entry) const {
    constexpr int most_links = 255; // as for the tools that unpack layers
    int links = 0;
    std::string done;
    std::string rest = path;
    while (!rest.empty()) {
      const std::size_t slash = rest.find('/');
      const std::string step = rest.substr(0, slash);
      rest.erase(0, slash == std::string::npos ? rest.size() : slash + 1);
      if (step.empty() || step == ".") continue;
      if (step == "..") {
        const std::size_t parent = done.rfind('/');
        done.resize(parent == std::string::npos ? 0 : parent);
        continue;
      }
      const std::string next = joined(done, step);
      const auto node = nodes_.find(next);
      const bool last = rest.find_first_not_of('/') == std::string::npos;
      if (last || node == nodes_.end() || node->second.type != TarType::symbolic_link) {
        done = next;
        continue;
      }
      if (++links > most_links) fail(entry, "is behind a ring of symbolic links");
      const std::string& target = node->second.link_target;
      if (target.starts_with('/')) done.clear();
      rest = format("{}/{}", target, rest);
    }
    return done;
  }

  void put(const std::string& path, const TarEntry& entry, EntryId id) {
    if (path.empty()) return; // the root itself
    Node node{.origin = id, .layer = id.layer, .type = entry.type, .link_target = {}};
    switch (entry.type) {
    case TarType::hard_link:
      node.origin = target_of(entry).origin;
      node.type = target_of(entry).type;
      node.link_target = target_of(entry).link_target;
      break;
    case TarType::symbolic_link:
      node.link_target = entry.link_target;
      break;
    case TarType::sparse_file:
      throw Error(ErrorKind::invalid_input,
                  format("the image's file '{}' is sparse, which cannot be written", entry.name));
    case TarType::other:
      if (entry.type_flag != '3' && entry.type_flag != '4' && entry.type_flag != '6') return;
      break;
    case TarType::file:
    case TarType::directory:
      break;
    }
    // What is no folder has nothing in it, and takes the place of what had.
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const auto above = nodes_.find(path.substr(0, slash));
      if (above != nodes_.end() && above->second.type != TarType::directory) nodes_.erase(above);
    }
    if (entry.type != TarType::directory) erase_below(path, [](const Node&) { return true; });
    nodes_.insert_or_assign(path, std::move(node));
  }

  [[nodiscard]] const Node& target_of(const TarEntry& entry) const {
    const auto target = image::member_name(relative(entry.link_target));
    if (!target) fail(entry, "is a link to what would be outside of the image");
    const auto found = nodes_.find(resolved(*target, entry));
    if (found == nodes_.end() || found->second.type == TarType::directory) {
      fail(entry, format("is a link to '{}', which is no file", entry.link_target));
    }
    return found->second;
  }

  // Whiteouts are for the layers below alone.
  void remove(const std::string& path, std::size_t layer) {
    remove_below(path, layer);
    const auto found = nodes_.find(path);
    if (found != nodes_.end() && found->second.layer < layer) nodes_.erase(found);
  }
  void remove_below(const std::string& folder, std::size_t layer) {
    erase_below(folder, [&](const Node& node) { return node.layer < layer; });
  }

  template <class Condition>
  void erase_below(const std::string& folder, const Condition& condition) {
    const std::string start = folder.empty() ? "" : format("{}/", folder);
    for (auto node = nodes_.lower_bound(start);
         node != nodes_.end() && node->first.starts_with(start);) {
      node = condition(node->second) ? nodes_.erase(node) : std::next(node);
    }
  }

  std::map<std::string, Node> nodes_; // by path
};

class ImageFiles {
public:
  ImageFiles(const image::Image& image, std::string folder, FileOutput& out,
             StoringProgress& progress, const CancelToken& cancel)
      : image_(image)
      , folder_(std::move(folder))
      , out_(out)
      , progress_(progress)
      , cancel_(cancel) {}

  void write() {
    FileTree tree;
    for (std::size_t layer = 0; layer < image_.layers.size(); ++layer) {
      read_layer(image_.layers[layer], cancel_,
                 [&](const TarEntry& entry, archive::Source&, std::size_t number) {
                   tree.add(entry, {.layer = layer, .number = number});
                 });
    }
    const auto origins = tree.origins();
    for (std::size_t layer = 0; layer < image_.layers.size(); ++layer) {
      const auto first = origins.lower_bound({.layer = layer});
      if (first != origins.end() && first->first.layer == layer) write_layer(layer, origins);
    }
  }

private:
  void write_layer(std::size_t layer, const std::map<EntryId, std::vector<std::string>>& origins) {
    const image::Layer& known = image_.layers[layer];
    read_layer(known, cancel_, [&](TarEntry& entry, archive::Source& content, std::size_t number) {
      const auto found = origins.find({.layer = layer, .number = number});
      if (found != origins.end()) write_entry(entry, content, found->second);
      progress_.read(known, std::min(known.size, entry.offset + entry.size));
    });
    progress_.read(known, known.size);
  }

  void write_entry(TarEntry& entry, archive::Source& content,
                   const std::vector<std::string>& paths) {
    const std::string first = folder_ + paths.front();
    entry.name = first;
    // Old archives say both in other ways too.
    if (entry.type == TarType::directory) entry.type_flag = '5';
    if (entry.type == TarType::file) entry.type_flag = '0';
    out_.add(entry, content);
    for (std::size_t i = 1; i < paths.size(); ++i) {
      TarEntry link{.name = folder_ + paths[i],
                    .link_target = first,
                    .type = TarType::hard_link,
                    .type_flag = '1',
                    .attributes = entry.attributes};
      link.attributes.extended.clear();
      out_.add(link, content); // which is at its end
    }
  }

  const image::Image& image_;
  std::string folder_; // ends with a slash unless empty
  FileOutput& out_;
  StoringProgress& progress_;
  const CancelToken& cancel_;
};

std::string folder_of(const oci::Platform& platform) {
  std::string name = platform.str() + "/";
  std::replace(name.begin(), name.end() - 1, '/', '_');
  return name;
}

} // namespace

void write_files(const image::ImageSet& images, FileOutput& out, StoringProgress& progress,
                 const CancelToken& cancel) {
  for (const image::PlatformImage& platform : images) {
    const std::string folder = images.size() > 1 ? folder_of(platform.image.platform) : "";
    ImageFiles(platform.image, folder, out, progress, cancel).write();
  }
}

} // namespace nixbuild::sink
