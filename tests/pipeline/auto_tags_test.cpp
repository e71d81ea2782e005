#include "fakes/fake_runner.hpp"
#include "oci/reference.hpp"
#include "pipeline/auto_tags.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::pipeline;

namespace {

std::string tags(const TagFacts& facts) {
  std::string text;
  for (const std::string& tag : auto_tags(facts))
    text += (text.empty() ? "" : " ") + tag;
  return text;
}

// A git that answers for a clean tree.
struct Git {
  TempDir folder;
  fakes::FakeRunner runner;

  explicit Git(const std::string& more_status = {}) {
    runner.on({"git", "symbolic-ref", "HEAD"}, {.out = "topic/a\n"});
    runner.on({"git", "symbolic-ref", "refs/remotes/origin/HEAD"}, {.out = "origin/trunk\n"});
    runner.on({"git", "tag"}, fakes::Reply{});
    runner.on({"git", "status"}, {.out = "# branch.oid 0123\n" + more_status});
  }
  TagFacts read(const std::map<std::string, std::string>& variables = {},
                const std::optional<std::string>& version = {}) {
    return read_tag_facts(runner, Environment(variables), folder.path().string(), version, {});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(automatic_tags)

BOOST_AUTO_TEST_CASE(branches) {
  BOOST_TEST(tags({"main", "main", ""}) == "main latest");
  BOOST_TEST(tags({"feature/x", "main", ""}) == "feature-x");
  BOOST_TEST(tags({"", "", ""}) == "");
  BOOST_TEST(tags({"", "", "v1.2.3"}) == "1.2.3 1.2 1");
}

BOOST_AUTO_TEST_CASE(versions) {
  BOOST_TEST(tags({"main", "main", "v1.12.3"}) == "main latest 1.12.3 1.12 1");
  BOOST_TEST(tags({"", "main", "0.1.0"}) == "0.1.0 0.1 0");
  BOOST_TEST(tags({"", "main", "v2.0.0-rc.1"}) == "2.0.0-rc.1");
  BOOST_TEST(tags({"", "main", "2.0.0+build.5"}) == "2.0.0-build.5 2.0 2");
  BOOST_TEST(tags({"", "main", "nightly"}) == "nightly");
  BOOST_TEST(tags({"", "main", "v1"}) == "1");
  BOOST_TEST(tags({"1", "main", "1.0.0"}) == "1 1.0.0 1.0");
}

BOOST_AUTO_TEST_CASE(tags_are_valid) {
  BOOST_TEST(valid_tag("a/b c#d") == "a-b-c-d");
  BOOST_TEST(valid_tag("-.x") == "x");
  BOOST_TEST(valid_tag("é") == "");
  BOOST_TEST(valid_tag(std::string(200, 'a')).size() == 128U);
  for (const char* text : {"dependabot/npm/@x-1.2", "_x", "ü.ü", "a\nb"}) {
    const auto reference = oci::Reference::parse("a:" + valid_tag(std::string("x") + text));
    BOOST_TEST(reference.has_value());
  }
}

BOOST_AUTO_TEST_CASE(git_tells) {
  Git git;
  BOOST_TEST((git.read() == TagFacts{"topic/a", "trunk", ""}));
  BOOST_TEST(git.read({{"VERSION", "v1.0.0"}}).version == "v1.0.0");
  BOOST_TEST(git.read({{"VERSION", "v1.0.0"}}, "v3.0.0").version == "v3.0.0");
}

BOOST_AUTO_TEST_CASE(highest_version_at_the_commit) {
  Git git;
  git.runner.on({"git", "tag"}, {.out = "stable\nv1.9.0\nv1.10.0-rc1\nv1.10.0\nv1.2.0\n"});
  BOOST_TEST(git.read().version == "v1.10.0");
}

BOOST_AUTO_TEST_CASE(detached_heads) {
  Git git;
  git.runner.on({"git", "symbolic-ref"}, fakes::failing(""));
  BOOST_TEST((git.read() == TagFacts{"", "main", ""}));
  BOOST_TEST(git.read({{"GITHUB_REF_TYPE", "branch"}, {"GITHUB_REF_NAME", "b"}}).branch == "b");
  BOOST_TEST(git.read({{"GITHUB_REF_TYPE", "tag"}, {"GITHUB_REF_NAME", "v1"}}).branch == "");
  BOOST_TEST((git.read({{"CI_COMMIT_BRANCH", "c"}, {"CI_DEFAULT_BRANCH", "d"}}) ==
              TagFacts{"c", "d", ""}));
}

BOOST_AUTO_TEST_CASE(trees_that_tell_nothing) {
  Git dirty("1 .M N... 100644 100644 100644 a a file\n");
  BOOST_CHECK_EXCEPTION((void)dirty.read(), Error, [](const Error& error) {
    return error.kind() == ErrorKind::invalid_input && error.message().contains("has changes");
  });
  Git none;
  none.runner.on({"git", "status"}, fakes::failing("not a git repository", 128));
  BOOST_CHECK_EXCEPTION((void)none.read(), Error, [](const Error& error) {
    return error.kind() == ErrorKind::not_found && !error.hint().empty();
  });
}

BOOST_AUTO_TEST_SUITE_END()
