#include "image/digest_cache.hpp"
#include "plugin/fake_world.hpp"
#include "plugin/prune_command.hpp"
#include "support/files.hpp"
#include "support/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace nixbuild::plugin;
using nixbuild::Pipe;
using nixbuild::TempDir;
using testing::FakeWorld;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  TempDir home;
  fs::path roots = home.path() / "state/docker-nixbuild/gcroots";
  fs::path digests = home.path() / "cache/docker-nixbuild/layer-digests";
  fs::path gone = home.path() / "gone project";
  FakeWorld world;
  Pipe answers = nixbuild::make_pipe();

  Fixture() {
    world.variables["XDG_STATE_HOME"] = home.path() / "state";
    world.variables["XDG_CACHE_HOME"] = home.path() / "cache";
    world.standard_input = answers.read.get();
    fs::create_directories(roots);
    fs::create_directories(digests.parent_path());
  }

  void add_root(const std::string& name, const fs::path& project) const {
    fs::create_symlink("/nix/store/x", roots / name);
    fs::create_symlink("/nix/store/x", roots / (name + "-dev"));
    nixbuild::write_file_atomically(roots / (name + ".project"), project.string());
  }
  void answer(const std::string& text) {
    nixbuild::write_all(answers.write.get(), std::as_bytes(std::span(text)));
    answers.write.reset();
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return fs::is_symlink(roots / name) || fs::exists(roots / name);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(prune, Fixture)

BOOST_AUTO_TEST_CASE(nothing_to_remove) {
  add_root("kept", home.path());
  fs::create_symlink("/nix/store/x", roots / "unknown");
  BOOST_TEST(world.run({"nixbuild", "prune"}) == 0);
  BOOST_TEST(world.out.text == "Nothing to remove.\n");
  BOOST_TEST(has("kept"));
  BOOST_TEST(has("unknown"));
}

BOOST_AUTO_TEST_CASE(roots_of_projects_that_are_gone) {
  add_root("kept", home.path());
  add_root("forsaken", gone);
  answer("y\n");
  BOOST_TEST(world.run({"nixbuild", "prune"}) == 0);
  BOOST_TEST(world.out.text ==
             "This will remove:\n  garbage-collector root of " + gone.string() +
                 ", which is gone\n"
                 "Are you sure you want to continue? [y/N] Total reclaimed space: 0B\n"
                 "What the roots kept in the Nix store goes with nix-collect-garbage.\n");
  for (const std::string suffix : {"", "-dev", ".project"}) {
    BOOST_TEST(has("kept" + suffix));
    BOOST_TEST(!has("forsaken" + suffix));
  }
}

BOOST_AUTO_TEST_CASE(only_yes_is_a_yes) {
  add_root("forsaken", gone);
  answer("no\n");
  BOOST_TEST(world.run({"nixbuild", "prune"}) == 0);
  BOOST_TEST(world.out.text.ends_with("[y/N] Nothing was removed.\n"));
  BOOST_TEST(world.run({"nixbuild", "prune"}) == 0); // the end of standard input
  BOOST_TEST(has("forsaken"));
}

BOOST_AUTO_TEST_CASE(force_does_not_ask) {
  add_root("forsaken", gone);
  BOOST_TEST(world.run({"nixbuild", "prune", "-f"}) == 0);
  BOOST_TEST(!world.out.text.contains("sure"));
  BOOST_TEST(!has("forsaken"));
}

BOOST_AUTO_TEST_CASE(lines_that_no_longer_count) {
  nixbuild::image::DigestCache cache(digests);
  cache.remember("a", {.diff_id = testing::digest_of('1'), .size = 1});
  const auto size = fs::file_size(digests);
  cache.remember("a", {.diff_id = testing::digest_of('1'), .size = 2});
  BOOST_TEST(world.run({"nixbuild", "prune", "--force"}) == 0);
  BOOST_TEST(world.out.text.contains("  lines of remembered digests of layers that newer"));
  BOOST_TEST(fs::file_size(digests) == size);
  BOOST_TEST(nixbuild::image::DigestCache(digests).find("a")->size == 2U);
}

BOOST_AUTO_TEST_CASE(waiting_for_an_answer_can_be_cancelled) {
  add_root("forsaken", gone);
  world.cancel.raise(nixbuild::CancelLevel::graceful);
  BOOST_TEST(world.run({"nixbuild", "prune"}) == 130);
  BOOST_TEST(has("forsaken"));
}

BOOST_AUTO_TEST_SUITE_END()
