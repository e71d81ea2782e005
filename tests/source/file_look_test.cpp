#include "source/file_look.hpp"
#include "source_files.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using source::FileLook;
using source::LocalFlake;
namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

struct Fixture : tests::SourceFiles {
  std::unique_ptr<process::Runner> runner = process::system_runner();
  LocalFlake flake{.kind = LocalFlake::Kind::folder, .root = root, .subfolder = {}};

  void git(std::vector<std::string> words) const {
    words.insert(words.begin(), {"git", "-C", root.string()});
    BOOST_REQUIRE(process::capture(*runner, {.argv = std::move(words)}, {}).status.success());
  }
  void make_repository() {
    git({"init", "-q"});
    flake.kind = LocalFlake::Kind::git;
  }
  [[nodiscard]] FileLook look(const std::set<fs::path>& left_out = {}) const {
    return look_at(flake, left_out, *runner, {});
  }
  // Relative, in one line.
  [[nodiscard]] std::string changed(const FileLook& before) const {
    std::string text;
    for (const fs::path& path : differences(before, look()))
      text += path.lexically_relative(root).string() + " ";
    return text;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_look, Fixture)

BOOST_AUTO_TEST_CASE(changes_of_a_work_tree_are_those_of_files_that_git_tracks) {
  make_repository();
  for (const char* name : {"flake.nix", "a/b/file", "gone", "run"})
    put(name, "old");
  git({"add", "."});
  const FileLook before = look();
  BOOST_TEST(before.files.size() == 4U);
  BOOST_TEST(changed(before) == "");

  put("untracked");
  BOOST_TEST(changed(before) == "");
  put("flake.nix", "changed");
  put("a/b/new~", "old");
  fs::rename(root / "a/b/new~", root / "a/b/file"); // of the same size
  fs::remove(root / "gone");
  fs::permissions(root / "run", fs::perms::owner_exec, fs::perm_options::add);
  BOOST_TEST(changed(before) == "a/b/file flake.nix gone run ");
  git({"add", "-N", "untracked"});
  BOOST_TEST(changed(before) == "a/b/file flake.nix gone run untracked ");
}

BOOST_AUTO_TEST_CASE(of_a_work_tree_the_names_that_matter_are_watched) {
  make_repository();
  put("flake.nix");
  put("a/b/file");
  git({"add", "."});
  put("untracked");
  fs::remove_all(root / "a/b");
  const watch::WatchedFolders expected{{root, {"a", "flake.nix"}},
                                       {root / "a", {"b"}},
                                       {root / "a/b", {"file"}},
                                       {root / ".git", {"index"}}};
  BOOST_TEST((look().folders == expected));
}

BOOST_AUTO_TEST_CASE(the_index_of_another_work_tree_is_where_git_says) {
  make_repository();
  put("flake.nix");
  git({"add", "."});
  git({"-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "first"});
  git({"worktree", "add", "-q", "other"});
  flake.root = root / "other";
  const watch::WatchedFolders expected{{root / "other", {"flake.nix"}},
                                       {root / ".git/worktrees/other", {"index"}}};
  BOOST_TEST((look().folders == expected));
}

BOOST_AUTO_TEST_CASE(of_a_folder_everything_counts) {
  put("flake.nix");
  put("a/b/file");
  fs::create_directory(root / "empty");
  const FileLook before = look();
  const watch::WatchedFolders expected{
      {root, {}}, {root / "a", {}}, {root / "a/b", {}}, {root / "empty", {}}};
  BOOST_TEST((before.folders == expected));
  put("empty/file");
  put("new");
  BOOST_TEST(changed(before) == "empty empty/file new ");
}

BOOST_AUTO_TEST_CASE(a_link_is_its_target) {
  fs::create_symlink("one", root / "link");
  const FileLook before = look();
  fs::remove(root / "link");
  fs::create_symlink("one", root / "link");
  BOOST_TEST(changed(before) == "");
  fs::remove(root / "link");
  fs::create_symlink("other", root / "link");
  BOOST_TEST(changed(before) == "link ");
}

BOOST_AUTO_TEST_CASE(what_a_build_writes_is_no_change) {
  put("flake.nix");
  put("out/image.tar");
  put("output");
  const FileLook before = look({root / "out", root / "result"});
  BOOST_TEST(before.files.size() == 2U);
  put("out/image.tar", "new");
  fs::create_symlink("store", root / "result");
  BOOST_TEST(differences(before, look({root / "out", root / "result"})).empty());
}

BOOST_AUTO_TEST_SUITE_END()
