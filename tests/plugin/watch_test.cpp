#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/ranges.h>

#include <algorithm>
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
  std::function<std::string(int round)> image_of_round = [](int number) {
    return "sha256:" + std::to_string(number);
  };

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
      std::vector<std::string> tags;
      for (const oci::Reference& tag : requests.back().tags)
        tags.push_back(tag.familiar());
      report.images = {testing::image_named(tags.empty() ? Words{"x:1"} : tags)};
      report.images[0].id = image_of_round(round);
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
  // Of a project with two services of Nix, a third one with the image of one of them, and a fourth.
  int compose(Words arguments) {
    processes.on({"compose", "config"}, fakes::Reply{.out = R"({"name": "shop", "services": {
        "web": {"image": "web:dev"}, "db": {"image": "db:dev"}, "also": {"image": "web:dev"},
        "other": {"image": "alpine"}},
      "x-nixbuild": {"web": ")" + flake("web") + R"(", "db": ")" +
                                                            flake("db") + "\"}}\n"});
    for (const char* command : {"up", "build"})
      processes.on({"compose", command}, fakes::Reply{});
    arguments.insert(arguments.begin(), {"nixbuild", "compose"});
    return run(arguments);
  }
  // Command lines of Compose but its config, as lines.
  [[nodiscard]] std::string composed() const {
    std::string text;
    for (const process::Command& command : processes.started)
      if (std::ranges::find(command.argv, "config") == command.argv.end())
        text += fmt::format("{}\n", fmt::join(command.argv, " "));
    return text;
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

BOOST_AUTO_TEST_CASE(the_file_that_says_what_to_bake_is_watched) {
  WatchWorld world;
  world.waits = {[&] {
                   world.put("bake.json", R"({"target": {"web": {"installable": ")" +
                                              world.flake("web") + R"(", "tags": ["new:1"]}}})");
                 },
                 [&] { world.put("bake.json", "{"); },
                 [&] {
                   world.put("bake.json", R"({"target": {"web": {"installable": ")" +
                                              world.flake("web") + R"(", "tags": ["new:1"]}} })");
                 }};
  BOOST_TEST(world.bake({"web"}) == 130);
  BOOST_TEST(world.round == 2); // the last change is none of what is built
  BOOST_TEST(world.requests.back().tags.front().familiar() == "new:1");
  BOOST_TEST(world.tells("bake.json; building again\n"));
  BOOST_TEST(world.tells("ERROR: "));
  BOOST_TEST(world.tells("no image is built from that\n"));
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

BOOST_AUTO_TEST_CASE(beside_an_expression_its_folder_counts) {
  WatchWorld world;
  world.put("web/default.nix", "1");
  world.waits = {[&] { world.put("web/imported.nix", ""); }};
  BOOST_TEST(world.run({"nixbuild", "--watch", "--file",
                        (world.root / "web/default.nix").string()}) == 130);
  BOOST_TEST(world.round == 2);
  BOOST_TEST(WatchWorld().run({"nixbuild", "--watch", "--file", "<nixpkgs>", "hello"}) == 125);
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

BOOST_AUTO_TEST_CASE(compose_runs_its_command_once_and_then_re_creates_what_changed) {
  WatchWorld world;
  world.waits = {[&] { world.put("web/flake.nix", "22"); }};
  BOOST_TEST(world.compose(
                 {"--watch", "-p", "shop", "--recreate", "up", "-d", "--scale", "web=2"}) == 130);
  BOOST_TEST(world.names == (Words{"web", "db", "web"}), boost::test_tools::per_element());
  BOOST_TEST(world.composed() ==
             "docker compose -p shop up -d --scale web=2\n"
             "docker compose -p shop up --detach --no-deps --no-build --scale=web=2 also web\n");
  BOOST_TEST(world.processes.started.back().environment.at("NIXBUILD_COMPOSE_BUILT").value_or("") ==
             "shop/web,shop/db");
  BOOST_TEST(!world.handed_over);
}

BOOST_AUTO_TEST_CASE(compose_re_creates_nothing_for_the_same_image_or_unasked) {
  WatchWorld world;
  world.waits = {[&] { world.put("web/flake.nix", "22"); }};
  world.image_of_round = [](int) { return "sha256:same"; };
  BOOST_TEST(world.compose({"--watch", "--recreate", "up", "-d"}) == 130);
  BOOST_TEST(world.round == 3);
  BOOST_TEST(world.composed() == "docker compose up -d\n");

  WatchWorld unasked;
  unasked.waits = {[&] { unasked.put("web/flake.nix", "22"); }};
  BOOST_TEST(unasked.compose({"--watch", "up", "-d"}) == 130);
  BOOST_TEST(unasked.composed() == "docker compose up -d\n");
  BOOST_TEST(unasked.tells("another image: also, web; docker compose up takes it into use"));
}

BOOST_AUTO_TEST_CASE(compose_starts_nothing_until_all_images_are_there) {
  WatchWorld world;
  world.on_round = [&](int round) {
    if (round == 2) fail();
  };
  world.waits = {[&] {
    BOOST_TEST(world.composed() == "");
    world.put("web/flake.nix", "22");
  }};
  BOOST_TEST(world.compose({"--watch", "build"}) == 130);
  BOOST_TEST(world.composed() == "docker compose build\n");
}

BOOST_AUTO_TEST_CASE(compose_that_fails_is_told_and_tried_again) {
  WatchWorld world;
  world.waits = {[&] {
    BOOST_TEST(world.tells("ERROR: docker compose up has failed\n"));
    world.put("web/flake.nix", "22");
  }};
  world.on_round = [&](int round) {
    const int status = round < 3 ? 1 : 0;
    world.processes.on({"compose", "up"}, fakes::Reply{.status = {.code = status}});
  };
  BOOST_TEST(world.compose({"--watch", "up", "-d"}) == 130);
  BOOST_TEST(world.composed() == "docker compose up -d\ndocker compose up -d\n");
}

BOOST_AUTO_TEST_CASE(compose_must_end_by_itself) {
  WatchWorld world;
  for (const Words& arguments :
       {Words{"--watch", "up"}, Words{"--watch", "run", "web"}, Words{"--watch", "watch"},
        Words{"--watch", "ps"}, Words{"--watch"}, Words{"--watch", "up", "-d", "--no-build"},
        Words{"--recreate", "up", "-d"}, Words{"--watch", "--recreate", "build"}}) {
    BOOST_TEST(world.compose(arguments) == 125, world.err.text);
    BOOST_TEST(world.composed() == "");
  }
  BOOST_TEST(world.round == 0);
}

BOOST_AUTO_TEST_SUITE_END()
