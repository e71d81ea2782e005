#include "process/runner.hpp"
#include "source/tree_facts.hpp"
#include "source_files.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>

using namespace nixbuild;
using source::LocalFlake;
using source::parse_tree_facts;
using source::TreeFacts;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t time_of_commit = 1'600'000'000;

struct Fixture : tests::SourceFiles {
  std::unique_ptr<process::Runner> runner = process::system_runner();

  void git(std::initializer_list<std::string> words) const {
    process::Command command{
        .argv = {"git", "-C", root.string(), "-c", "user.name=T", "-c", "user.email=t@e.org"},
        .environment = {{"GIT_COMMITTER_DATE", format_time()}, {"GIT_AUTHOR_DATE", format_time()}}};
    command.argv.insert(command.argv.end(), words);
    const auto done = process::capture(*runner, command, {});
    BOOST_REQUIRE_MESSAGE(done.status.success(), done.err);
  }
  void commit() const {
    git({"add", "."});
    git({"commit", "-q", "-m", "A commit"});
  }
  [[nodiscard]] TreeFacts facts(LocalFlake::Kind kind = LocalFlake::Kind::git) const {
    return source::read_tree_facts({.kind = kind, .root = root, .reference = {}}, *runner, {});
  }

private:
  static std::string format_time() { return std::to_string(time_of_commit) + " +0000"; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tree_facts, Fixture)

BOOST_AUTO_TEST_CASE(a_clean_work_tree_is_its_commit) {
  git({"init", "-q"});
  put("flake.nix");
  commit();
  put("second");
  commit();
  put("untracked");
  const TreeFacts told = facts();
  BOOST_TEST(told.revision.size() == 40U);
  BOOST_TEST(told.revision_count.value() == 2U);
  BOOST_TEST(told.last_modified == time_of_commit);
  BOOST_TEST(!told.dirty);
}

BOOST_AUTO_TEST_CASE(a_work_tree_with_changes_has_the_time_of_its_commit) {
  git({"init", "-q"});
  put("flake.nix");
  commit();
  put("flake.nix", "changed");
  const TreeFacts changed{
      .revision = {}, .revision_count = {}, .last_modified = time_of_commit, .dirty = true};
  BOOST_TEST((facts() == changed));
  put("flake.nix");
  put("added");
  git({"add", "-N", "added"});
  BOOST_TEST((facts() == changed));
}

BOOST_AUTO_TEST_CASE(before_the_first_commit_all_is_changed) {
  git({"init", "-q"});
  put("flake.nix");
  git({"add", "."});
  const TreeFacts told = facts();
  BOOST_TEST(told.dirty);
  BOOST_TEST(told.revision.empty());
  BOOST_TEST(told.last_modified == 0U);
}

BOOST_AUTO_TEST_CASE(a_folder_is_as_new_as_its_newest_part) {
  put("old/file");
  const auto at = [](std::int64_t seconds) {
    return fs::file_time_type::clock::from_sys(
        std::chrono::sys_time(std::chrono::seconds(seconds)));
  };
  fs::last_write_time(root / "old/file", at(3000));
  fs::last_write_time(root / "old", at(2000));
  fs::last_write_time(root, at(1000));
  BOOST_TEST(facts(LocalFlake::Kind::folder).last_modified == 3000U);
  fs::last_write_time(root / "old", at(4000));
  BOOST_TEST(facts(LocalFlake::Kind::folder).last_modified == 4000U);
  fs::last_write_time(root, at(5000));
  BOOST_TEST(facts(LocalFlake::Kind::folder).last_modified == 5000U);
}

BOOST_AUTO_TEST_CASE(no_repository_is_an_error) {
  put(".git", "gitdir: /nowhere\n");
  BOOST_CHECK_EXCEPTION((void)facts(), Error,
                        [](const Error& error) { return error.kind() == ErrorKind::failed; });
}

BOOST_AUTO_TEST_CASE(facts_arrive_whole) {
  const std::string revision(40, 'a');
  for (const TreeFacts& told :
       {TreeFacts{.revision = revision, .revision_count = 7, .last_modified = 5},
        TreeFacts{.revision = {}, .revision_count = {}, .last_modified = 0, .dirty = true}})
    BOOST_TEST((parse_tree_facts(to_text(told)) == told));
  for (const char* text : {"", "clean", "clean 1 -", "clean x - -", "clean 1 - x", "clean 1 - -1",
                           "clean 1 &rev=1 -", "other 1 - -", "clean 1 - - "})
    BOOST_CHECK_THROW((void)parse_tree_facts(text), Error);
}

BOOST_AUTO_TEST_CASE(a_copy_is_told_the_facts) {
  const std::string revision(40, 'a');
  BOOST_TEST(source::reference_to_copy("/x", "sub", {.revision = revision, .revision_count = 7}) ==
             "path:/x?dir=sub&lastModified=0&rev=" + revision + "&revCount=7");
  BOOST_TEST(source::reference_to_copy("/x", "", {.revision = {}, .last_modified = 5}) ==
             "path:/x?lastModified=5");
}

BOOST_AUTO_TEST_SUITE_END()
