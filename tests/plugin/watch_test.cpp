#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::plugin;
using testing::FakeWorld;
using Words = std::vector<std::string>;

namespace fs = std::filesystem;

namespace {

// With two flakes that are no git work trees.
struct WatchWorld : FakeWorld {
  TempDir folder;
  fs::path root = fs::canonical(folder.path());
  // What happens at one wait after the other; then the user ends it.
  std::deque<std::function<void()>> waits;
  int round = 0; // of building
  std::function<void(int round)> on_round = [](int) {};

  WatchWorld() {
    for (const char* name : {"web", "db"}) {
      fs::create_directory(root / name);
      put(std::string(name) + "/flake.nix", "1");
    }
    on_wait = [this] {
      if (waits.empty()) return cancel.raise(CancelLevel::graceful);
      const auto what = std::move(waits.front());
      waits.pop_front();
      what();
    };
    on_build = [this](pipeline::World& inner) {
      const progress::Step step(inner.reporter, "load");
      on_round(++round);
      pipeline::BuildReport report;
      report.images = {testing::image_named({"x:1"})};
      return report;
    };
  }

  void put(const std::string& name, const std::string& content) const {
    write_file_atomically(root / name, content);
  }
  [[nodiscard]] std::string flake(const std::string& name) const {
    return "path:" + (root / name).string() + "#image";
  }
  int build(Words options) {
    options.insert(options.begin(), {"nixbuild", "--watch", flake("web")});
    return run(options);
  }
  int bake(Words options) {
    put("bake.json", R"({"target": {"web": {"installable": ")" + flake("web") +
                         R"("}, "db": {"installable": ")" + flake("db") + R"("}}})");
    options.insert(options.begin(),
                   {"nixbuild", "bake", "--watch", "-f", (root / "bake.json").string()});
    return run(options);
  }
  [[nodiscard]] bool tells(const std::string& text) const { return err.text.contains(text); }
};

[[noreturn]] void fail() {
  throw Error(ErrorKind::failed, "the build failed");
}

} // namespace

BOOST_AUTO_TEST_SUITE(watching)

BOOST_AUTO_TEST_CASE(a_change_builds_again_until_the_user_ends_it) {
  WatchWorld world;
  world.waits = {[&] { world.put("web/flake.nix", "22"); }, [&] { world.put("web/new", ""); }};
  BOOST_TEST(world.build({}) == 130);
  BOOST_TEST(world.round == 3);
  BOOST_TEST(world.tells("watching 1 files; ^C ends\n"));
  BOOST_TEST(world.tells("changed: flake.nix; building again\n"));
  BOOST_TEST(world.tells("changed: new; building again\n"));
  BOOST_TEST(world.tells("watching 2 files; ^C ends\n"));
  BOOST_TEST(!world.tells("ERROR"));
  BOOST_TEST(world.out.text == "Loaded image: x:1\nLoaded image: x:1\nLoaded image: x:1\n");
  BOOST_TEST((world.watched == watch::WatchedFolders{{world.root / "web", {}}}));
}

BOOST_AUTO_TEST_CASE(what_is_no_change_builds_nothing) {
  WatchWorld world;
  world.waits = {[] {}, [&] { world.put("db/flake.nix", "22"); }};
  BOOST_TEST(world.build({}) == 130);
  BOOST_TEST(world.round == 1);
}

BOOST_AUTO_TEST_CASE(a_change_during_a_build_starts_the_next_one) {
  WatchWorld world;
  world.on_round = [&](int round) {
    if (round == 1) world.put("web/flake.nix", "22");
  };
  BOOST_TEST(world.build({}) == 130);
  BOOST_TEST(world.round == 2);
}

BOOST_AUTO_TEST_CASE(a_build_that_fails_is_told_and_the_next_change_tries_again) {
  WatchWorld world;
  world.on_round = [&](int round) {
    if (round < 3) fail();
  };
  world.waits = {[] {}, [&] { world.put("web/flake.nix", "22"); },
                 [&] { world.put("web/flake.nix", "333"); }};
  BOOST_TEST(world.build({}) == 130);
  BOOST_TEST(world.round == 3);
  BOOST_TEST(world.tells("ERROR: the build failed\n"));
  BOOST_TEST(world.out.text == "Loaded image: x:1\n");
}

BOOST_AUTO_TEST_CASE(a_flake_that_is_gone_is_told_and_may_come_back) {
  WatchWorld world;
  const fs::path web = world.root / "web";
  world.waits = {[&] { fs::remove_all(web / "flake.nix"); },
                 [&] { world.put("web/flake.nix", "back"); }};
  fs::current_path(web);
  BOOST_TEST(world.run({"nixbuild", "--watch", "./."}) == 130);
  BOOST_TEST(world.round == 2);
  BOOST_TEST(world.tells("there is no flake.nix in"));
  fs::current_path("/");
}

BOOST_AUTO_TEST_CASE(stopping_a_build_ends_it_all) {
  WatchWorld world;
  world.on_round = [&](int) {
    world.cancel.raise(CancelLevel::graceful);
    world.cancel.token().throw_if_cancelled();
  };
  BOOST_TEST(world.build({}) == 130);
  BOOST_TEST(world.round == 1);
  BOOST_TEST(!world.tells("watching"));
}

BOOST_AUTO_TEST_CASE(what_a_build_writes_is_no_change) {
  WatchWorld world;
  const fs::path web = world.root / "web";
  world.on_round = [&](int) { world.put("web/result", "another one"); };
  world.waits = {[] {}};
  BOOST_TEST(world.build({"--out-link", (web / "result").string(), "--metadata-file",
                          (web / "told.json").string(), "--iidfile", (web / "id").string()}) ==
             130);
  BOOST_TEST(world.round == 1);
  BOOST_TEST(fs::exists(web / "told.json"));
}

BOOST_AUTO_TEST_CASE(inputs_that_are_replaced_count) {
  WatchWorld world;
  world.waits = {[&] { world.put("db/flake.nix", "22"); }};
  BOOST_TEST(world.build({"--override-input", "db", "path:" + (world.root / "db").string()}) ==
             130);
  BOOST_TEST(world.round == 2);
}

BOOST_AUTO_TEST_CASE(nothing_is_told_among_json) {
  WatchWorld world;
  BOOST_TEST(world.build({"--progress", "rawjson"}) == 130);
  BOOST_TEST(!world.tells("watching"));
}

BOOST_AUTO_TEST_CASE(there_must_be_something_to_watch) {
  WatchWorld world;
  for (const char* elsewhere :
       {"github:me/app#image", "/nix/store/00000000000000000000000000000000-x"}) {
    BOOST_TEST(world.run({"nixbuild", "--watch", elsewhere}) == 125);
    BOOST_TEST(
        world.tells("ERROR: there is nothing to watch: no flake on this machine is built\n"));
  }
  BOOST_TEST(world.build({"--dry-run"}) == 125);
  BOOST_TEST(world.build({"-o", "-"}) != 0);
  BOOST_TEST(world.round == 0);
}

BOOST_AUTO_TEST_CASE(bake_builds_the_targets_whose_flakes_changed) {
  WatchWorld world;
  world.waits = {[&] { world.put("web/flake.nix", "22"); }};
  const std::string metadata = (world.root / "told.json").string();
  BOOST_TEST(world.bake({"--metadata-file", metadata}) == 130);
  BOOST_TEST(world.names == (Words{"db", "web", "web"}), boost::test_tools::per_element());
  BOOST_TEST(read_file(metadata).contains("\"db\""));
}

BOOST_AUTO_TEST_CASE(what_a_failure_of_another_target_stopped_is_built_then) {
  WatchWorld world;
  world.on_round = [&](int round) {
    if (round == 2) fail(); // web, whose sibling is thrown away with it
  };
  world.waits = {[&] { world.put("web/flake.nix", "22"); },
                 [&] { world.put("db/flake.nix", "22"); }};
  BOOST_TEST(world.bake({}) == 130);
  BOOST_TEST(world.names == (Words{"db", "web", "db", "web", "db"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bake_has_nothing_to_watch_for_a_list) {
  WatchWorld world;
  BOOST_TEST(world.bake({"--print"}) == 125);
  BOOST_TEST(world.bake({"--list", "targets"}) == 125);
}

BOOST_AUTO_TEST_SUITE_END()
