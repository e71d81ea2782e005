#include "source/place_mark.hpp"
#include "source/source_tree.hpp"
#include "source_files.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using source::LocalFlake;
using source::SourceEntry;
namespace fs = std::filesystem;

namespace {

struct Fixture : tests::SourceFiles {
  std::unique_ptr<process::Runner> runner = process::system_runner();

  void git(std::vector<std::string> words) const {
    words.insert(words.begin(), {"git", "-C", root.string()});
    BOOST_REQUIRE(process::capture(
                      *runner, {.argv = std::move(words), .directory = {}, .environment = {}}, {})
                      .status.success());
  }
  // "f path" and so on, in one line.
  [[nodiscard]] std::string listed(LocalFlake::Kind kind) const {
    std::string text;
    const LocalFlake flake{.kind = kind, .root = root, .subfolder = {}};
    for (const SourceEntry& entry : read_source_tree(flake, *runner, {}).entries) {
      text += "fxld"[static_cast<std::size_t>(entry.type)];
      text += entry.path + " ";
    }
    return text;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(source_tree, Fixture)

BOOST_AUTO_TEST_CASE(a_folder_is_taken_whole) {
  put("b/file", "content");
  put("run", "#!");
  fs::permissions(root / "run", fs::perms::owner_all);
  fs::create_directories(root / "empty");
  fs::create_symlink("b", root / "link");
  BOOST_TEST(listed(LocalFlake::Kind::folder) == "fb/file dempty llink xrun ");

  const LocalFlake flake{.kind = LocalFlake::Kind::folder, .root = root, .subfolder = {}};
  const auto tree = read_source_tree(flake, *runner, {});
  BOOST_TEST(tree.entries[0].digest.str() == oci::Digest::of("content").str());
  BOOST_TEST(tree.entries[0].size == 7U);
  BOOST_TEST(tree.entries[2].digest.str() == oci::Digest::of("b").str());
}

BOOST_AUTO_TEST_CASE(marks_of_other_runs_are_no_part_of_a_folder) {
  put("file");
  const LocalFlake flake{.kind = LocalFlake::Kind::folder, .root = root, .subfolder = {}};
  const auto mark = source::PlaceMark::put(flake);
  BOOST_REQUIRE(mark);
  BOOST_REQUIRE(fs::exists(mark->path()));
  BOOST_TEST(listed(LocalFlake::Kind::folder) == "ffile ");
}

BOOST_AUTO_TEST_CASE(of_a_work_tree_what_git_tracks_as_it_is_on_disk) {
  git({"init", "-q"});
  put(".gitignore", "ignored\n");
  put("tracked", "old");
  put("gone");
  put("ignored");
  put("wei\nrd \xc3\xa9");
  git({"add", "."});
  put("untracked");
  put("meant to be added");
  git({"add", "-N", "meant to be added"});
  put("tracked", "new");
  fs::remove(root / "gone");
  BOOST_TEST(listed(LocalFlake::Kind::git) ==
             "f.gitignore fmeant to be added ftracked fwei\nrd \xc3\xa9 ");
}

BOOST_AUTO_TEST_CASE(git_s_own_words_are_kept) {
  BOOST_CHECK_EXCEPTION((void)listed(LocalFlake::Kind::git), Error, [](const Error& error) {
    return error.kind() == ErrorKind::failed &&
           error.detail().find("not a git repository") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
