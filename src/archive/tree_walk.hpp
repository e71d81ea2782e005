#pragma once

#include "support/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace nixbuild::archive {

// A file, directory or symlink met on a walk.
struct TreeNode {
  enum class Type { file, directory, symlink };
  Type type = Type::file;
  std::string path;   // on disk; raw bytes
  std::string target; // of a symlink
  unsigned mode = 0;  // permission bits
  std::uint64_t size = 0;
  // Opens a file for reading; throws an Error of kind io.
  [[nodiscard]] UniqueFd open() const;
};

// "Less" among the names of one directory.
using NameOrder = bool (*)(const std::string&, const std::string&);

// By Unicode code point, as Python sorts the file names that it decoded.
[[nodiscard]] bool python_name_order(const std::string& left, const std::string& right);
// By byte.
[[nodiscard]] bool byte_name_order(const std::string& left, const std::string& right);

// Visits `top` and, when it is a directory, everything below it: each directory before its
// entries, the entries of one directory in `order`. Symlinks are not followed. Throws an Error:
// not_found when `top` does not exist, corrupt for what is neither file, directory nor symlink.
void walk_tree(const std::filesystem::path& top, NameOrder order,
               const std::function<void(const TreeNode&)>& visit);

} // namespace nixbuild::archive
