#include "fakes/fake_runner.hpp"
#include "nix/git_state.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace nixbuild::nix;
using nixbuild::CancelLevel;
using nixbuild::CancelSource;
using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::TempDir;
using nixbuild::fakes::failing;
using nixbuild::fakes::FakeRunner;

namespace {

const std::string clean = "# branch.oid 0123abc\n# branch.head main\n";
const std::string changed = clean + "1 .M N... 100644 100644 100644 1 1 flake.nix\n";

struct Fixture {
  TempDir folder;
  FakeRunner runner;

  [[nodiscard]] std::optional<GitState> state(const std::string& flake,
                                              const Environment& environment = {}) {
    return git_state(runner, environment, flake, {});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(git_state_of_folders, Fixture)

BOOST_AUTO_TEST_CASE(status) {
  BOOST_TEST(parse_git_status(clean)->commit == "0123abc");
  BOOST_TEST(!parse_git_status(clean)->has_changes);
  BOOST_TEST(parse_git_status(changed)->has_changes);
  BOOST_TEST(parse_git_status("# branch.oid (initial)\n")->has_changes);
  BOOST_TEST(!parse_git_status("").has_value());
  BOOST_TEST(!parse_git_status("?? flake.nix\n").has_value());
}

BOOST_AUTO_TEST_CASE(folder_is_asked_by_its_real_name) {
  runner.on({"git", "status"}, {.out = clean});
  const auto link = folder.path() / "link";
  std::filesystem::create_directory(folder.path() / "real");
  std::filesystem::create_directory_symlink("real", link);
  const auto found = state(link);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->folder == std::filesystem::canonical(link).string());
  BOOST_TEST(found->commit == "0123abc");
}

BOOST_AUTO_TEST_CASE(what_is_no_plain_path_is_not_asked_about) {
  const std::string path = folder.path();
  for (const std::string& flake : {std::string("nixpkgs"), "path:" + path, "git+file://" + path,
                                   path + "?ref=main", path + "/missing"})
    BOOST_TEST(!state(flake).has_value());
  BOOST_TEST(runner.started.empty());
}

BOOST_AUTO_TEST_CASE(environment_that_points_git_elsewhere) {
  runner.on({"git", "status"}, {.out = clean});
  const std::map<std::string, std::string> variables{{"GIT_DIR", "/other"}};
  BOOST_TEST(!state(folder.path(), Environment(variables)).has_value());
  BOOST_TEST(runner.started.empty());
}

BOOST_AUTO_TEST_CASE(failures_are_no_answer) {
  BOOST_TEST(!state(folder.path()).has_value()); // no git
  runner.on({"git", "status"}, failing("fatal: not a git repository", 128));
  BOOST_TEST(!state(folder.path()).has_value());
  const CancelSource cancel;
  cancel.raise(CancelLevel::graceful);
  BOOST_CHECK_THROW((void)git_state(runner, {}, folder.path(), cancel.token()), Error);
}

BOOST_AUTO_TEST_SUITE_END()
