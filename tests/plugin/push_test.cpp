#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::plugin;
using testing::FakeWorld;

namespace {

// A world with a git tree whose branch and version are known.
struct Tree {
  TempDir folder;
  FakeWorld world;

  Tree() {
    world.processes.on({"git", "symbolic-ref", "HEAD"}, {.out = "main\n"});
    world.processes.on({"git", "symbolic-ref", "refs/remotes/origin/HEAD"}, fakes::failing(""));
    world.processes.on({"git", "tag"}, {.out = "v1.2.3\n"});
    world.processes.on({"git", "status"}, {.out = "# branch.oid 0123\n"});
    world.loads({});
  }
  // The tags of the request.
  std::string push(std::vector<std::string> arguments) {
    world.requests.clear();
    arguments.insert(arguments.begin(), {"nixbuild", "push", folder.path().string() + "#image"});
    const int status = world.run(arguments);
    if (world.requests.empty()) return std::to_string(status) + " " + world.err.text;
    std::string text;
    for (const oci::Reference& tag : world.requests.front().tags)
      text += (text.empty() ? "" : " ") + tag.familiar();
    return text;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(push)

BOOST_AUTO_TEST_CASE(pushes_and_does_not_load) {
  FakeWorld world;
  world.loads({});
  BOOST_TEST(world.run({"nixbuild", "push", "-t", "ghcr.io/a/b:1", ".#x"}) == 0);
  const auto& request = world.requests.at(0);
  BOOST_TEST(request.installable == ".#x");
  BOOST_TEST((request.outputs == std::vector<pipeline::Output>{pipeline::PushOutput{}}));
  BOOST_TEST(world.run({"nixbuild", "push", ".#x"}) == 1);
  BOOST_TEST(world.err.text == "ERROR: tag is needed when pushing to a registry\n"
                               "  name the image with --tag REGISTRY/NAME\n");
}

BOOST_AUTO_TEST_CASE(tags_that_git_tells) {
  Tree tree;
  BOOST_TEST(tree.push({"--auto-tags", "-t", "ghcr.io/a/b"}) ==
             "ghcr.io/a/b:main ghcr.io/a/b:latest ghcr.io/a/b:1.2.3 ghcr.io/a/b:1.2 ghcr.io/a/b:1");
  BOOST_TEST(tree.push({"--auto-tags", "--version=v2.0.0-rc1", "-t", "localhost:5000/a"}) ==
             "localhost:5000/a:main localhost:5000/a:latest localhost:5000/a:2.0.0-rc1");
  BOOST_TEST(tree.push({"-t", "a"}) == "a:latest");
}

BOOST_AUTO_TEST_CASE(written_tags_stay) {
  Tree tree;
  tree.world.processes.on({"git", "tag"}, fakes::Reply{});
  BOOST_TEST(tree.push({"--auto-tags", "-t", "a:x", "-t", "a:main", "-t", "b"}) ==
             "a:x a:main a:latest b:main b:latest");
}

BOOST_AUTO_TEST_CASE(refusals) {
  Tree tree;
  BOOST_TEST(tree.push({"--auto-tags"}).starts_with("1 ERROR: tag is needed"));
  BOOST_TEST(tree.push({"--auto-tags", "-o", "type=registry,name=a"})
                 .starts_with("1 ERROR: --auto-tags needs a repository"));
  BOOST_TEST(tree.push({"--version", "1.0", "-t", "a"}).starts_with("1 ERROR: --version is"));
  tree.world.processes.on({"git", "symbolic-ref"}, fakes::failing(""));
  tree.world.processes.on({"git", "tag"}, fakes::Reply{});
  BOOST_TEST(tree.push({"--auto-tags", "-t", "a"}).starts_with("1 ERROR: git tells neither"));
  tree.world.processes.on({"git", "status"}, {.out = "# branch.oid 0123\n1 .M x\n"});
  BOOST_TEST(tree.push({"--auto-tags", "-t", "a"}).contains("has changes that no commit holds"));
}

BOOST_AUTO_TEST_SUITE_END()
