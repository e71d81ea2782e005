#include "source/place_mark.hpp"
#include "source_files.hpp"

#include <boost/test/unit_test.hpp>

#include <iterator>
#include <utility>

using namespace nixbuild;
using source::LocalFlake;
using source::PlaceMark;
namespace fs = std::filesystem;

namespace {

struct Fixture : tests::SourceFiles {
  [[nodiscard]] LocalFlake flake(LocalFlake::Kind kind) const {
    return {.kind = kind, .root = root, .reference = {}};
  }
  [[nodiscard]] LocalFlake folder() const { return flake(LocalFlake::Kind::folder); }
  [[nodiscard]] LocalFlake work_tree() const { return flake(LocalFlake::Kind::git); }
  [[nodiscard]] std::ptrdiff_t files_in(const std::string& name = "") const {
    return std::distance(fs::directory_iterator(root / name), fs::directory_iterator());
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(place_mark, Fixture)

BOOST_AUTO_TEST_CASE(a_mark_leaves_no_trace) {
  put("flake.nix");
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(48);
  fs::last_write_time(root, long_ago);
  const auto before = fs::last_write_time(root);
  {
    const auto mark = PlaceMark::put(folder());
    BOOST_REQUIRE(mark.has_value());
    BOOST_TEST(mark->path().parent_path() == root);
    BOOST_TEST(fs::exists(mark->path()));
  }
  BOOST_TEST(files_in() == 1);
  BOOST_TEST((fs::last_write_time(root) == before));
}

BOOST_AUTO_TEST_CASE(what_others_do_meanwhile_stays_visible) {
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(48);
  fs::last_write_time(root, long_ago);
  {
    const auto mark = PlaceMark::put(folder());
    put("new-file");
    // File systems may count time in steps that both changes fit into.
    fs::last_write_time(root, fs::file_time_type::clock::now() + std::chrono::seconds(1));
  }
  BOOST_TEST((fs::last_write_time(root) > long_ago + std::chrono::hours(1)));
}

BOOST_AUTO_TEST_CASE(a_work_tree_is_marked_where_git_and_nix_do_not_look) {
  put(".git/HEAD");
  auto mark = PlaceMark::put(work_tree());
  BOOST_REQUIRE(mark.has_value());
  BOOST_TEST(mark->path().parent_path() == root / ".git");
  BOOST_TEST(files_in() == 1);
  const PlaceMark moved = *std::move(mark);
  mark.reset();
  BOOST_TEST(fs::exists(moved.path()));
}

BOOST_AUTO_TEST_CASE(two_marks_have_two_names) {
  const auto first = PlaceMark::put(folder());
  const auto second = PlaceMark::put(folder());
  BOOST_TEST(first->path() != second->path());
}

BOOST_AUTO_TEST_CASE(nothing_where_none_can_be_made) {
  put(".git", "gitdir: /elsewhere\n");
  BOOST_TEST(!PlaceMark::put(work_tree()).has_value());
  BOOST_TEST(!PlaceMark::put({.root = root / "nothing", .reference = {}}).has_value());
}

BOOST_AUTO_TEST_CASE(what_a_killed_process_left_is_removed) {
  put(".docker-nixbuild-seen-old");
  put(".docker-nixbuild-seen-new");
  put("old");
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(root / ".docker-nixbuild-seen-old", long_ago);
  fs::last_write_time(root / "old", long_ago);
  (void)PlaceMark::put(folder());
  BOOST_TEST(!fs::exists(root / ".docker-nixbuild-seen-old"));
  BOOST_TEST(files_in() == 2);
}

BOOST_AUTO_TEST_CASE(git_trusts_what_is_ours) {
  put(".git/HEAD");
  BOOST_TEST(source::git_trusts(root));
  BOOST_TEST(!source::git_trusts(root / "nothing"));
  BOOST_TEST(!source::git_trusts("/proc/1"));
}

BOOST_AUTO_TEST_SUITE_END()
