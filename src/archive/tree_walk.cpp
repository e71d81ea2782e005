#include "archive/tree_walk.hpp"

#include "archive/python_text.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nixbuild::archive {

namespace {

std::vector<std::string> names_in(const std::string& directory) {
  const auto close = [](DIR* stream) { ::closedir(stream); };
  const std::unique_ptr<DIR, decltype(close)> stream(::opendir(directory.c_str()));
  if (!stream) throw system_error(errno, format("cannot list {}", directory));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  if (errno != 0) throw system_error(errno, format("cannot list {}", directory));
  return names;
}

std::string target_of(const std::string& link, std::size_t size_hint) {
  std::string target(size_hint + 1, '\0');
  for (;;) {
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    if (length < 0) throw system_error(errno, format("cannot read the link {}", link));
    if (static_cast<std::size_t>(length) < target.size()) {
      target.resize(static_cast<std::size_t>(length));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

TreeNode examine(std::string path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) throw Error(ErrorKind::not_found, format("{} does not exist", path));
    throw system_error(errno, format("cannot examine {}", path));
  }
  TreeNode node{.path = std::move(path), .target = {}, .mode = status.st_mode & 07777U};
  if (S_ISREG(status.st_mode)) {
    node.size = static_cast<std::uint64_t>(status.st_size);
  } else if (S_ISDIR(status.st_mode)) {
    node.type = TreeNode::Type::directory;
  } else if (S_ISLNK(status.st_mode)) {
    node.type = TreeNode::Type::symlink;
    node.target = target_of(node.path, static_cast<std::size_t>(status.st_size));
  } else {
    throw Error(ErrorKind::corrupt,
                format("{} is neither a file, a directory nor a symbolic link", node.path));
  }
  return node;
}

} // namespace

UniqueFd TreeNode::open() const {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) throw system_error(errno, format("cannot open {}", path));
  return fd;
}

bool python_name_order(const std::string& left, const std::string& right) {
  if (is_ascii(left) && is_ascii(right)) return left < right;
  return python_decode(left) < python_decode(right);
}

bool byte_name_order(const std::string& left, const std::string& right) {
  return left < right;
}

void walk_tree(const std::filesystem::path& top, NameOrder order,
               const std::function<void(const TreeNode&)>& visit) {
  // A stack instead of recursion: a hostile tree may be deeper than ours.
  std::vector<std::string> pending{top.string()};
  while (!pending.empty()) {
    const TreeNode node = examine(std::move(pending.back()));
    pending.pop_back();
    visit(node);
    if (node.type != TreeNode::Type::directory) continue;
    std::vector<std::string> names = names_in(node.path);
    std::ranges::sort(names, [order](const auto& a, const auto& b) { return order(b, a); });
    for (const std::string& name : names)
      pending.push_back(node.path + "/" + name);
  }
}

} // namespace nixbuild::archive
