#include "vector_tree.hpp"

#include <fstream>

namespace nixbuild::tests {

namespace fs = std::filesystem;

namespace {

constexpr auto read_all = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
constexpr auto exec_all = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;

void put(const fs::path& file, const std::string& content, fs::perms mode = read_all) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  fs::permissions(file, mode);
}

void set_directory_modes(const fs::path& top, fs::perms mode) {
  for (const auto& entry : fs::recursive_directory_iterator(top)) {
    if (entry.is_directory() && !entry.is_symlink()) fs::permissions(entry.path(), mode);
  }
}

} // namespace

VectorTree::VectorTree(bool with_invalid_utf8) {
  const fs::path top = directory_.path() / "tmp/vec";
  const fs::path p1 = top / "p1";
  put(p1 / "hello", "hello\n");
  fs::create_hard_link(p1 / "hello", p1 / "hello2");
  put(p1 / "bin/run", "#!/bin/sh\n", read_all | exec_all);
  fs::create_symlink("bin/run", p1 / "link");
  put(p1 / "\xC3\xA9", "e");
  put(p1 / std::string(120, 'L'), "L");
  put(p1 / "a/z", "z");
  put(p1 / "a-b", "1");
  put(p1 / "a.b", "2");
  put(p1 / "empty", "");
  put(p1 / "d" / std::string(90, 'd') / std::string(20, 's'), "s");
  fs::create_symlink(std::string(130, 't'), p1 / "longlink");
  put(p1 / "zeros", std::string(1000, '\0'));
  if (with_invalid_utf8) put(p1 / "b\xFF", "bad");
  put(top / "p2/x", "x");
  set_directory_modes(top, read_all | exec_all);
}

VectorTree::~VectorTree() {
  set_directory_modes(directory_.path(), fs::perms::owner_all);
}

} // namespace nixbuild::tests
