#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/ranges.h>

#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::plugin;
using testing::FakeWorld;
using Words = std::vector<std::string>;

namespace fs = std::filesystem;

namespace {

constexpr const char* shop = R"({"name": "shop", "services": {
    "web": {"image": "web:dev"}, "db": {"image": "db:dev"},
    "img": {"provider": {"type": "nixbuild", "options": {"installable": [".#i"], "tag": ["i:1"]}}}},
  "x-nixbuild": {"web": ".#web", "db": {"installable": "github:me/db#image"}}})";

struct ComposeWorld : FakeWorld {
  ComposeWorld() { config(shop); }
  void config(std::string json) {
    processes.on({"compose", "config"}, fakes::Reply{.out = std::move(json) + "\n"});
  }
  int compose(Words arguments) {
    arguments.insert(arguments.begin(), {"nixbuild", "compose"});
    return run(arguments);
  }
  // What went on in our place, as one line.
  [[nodiscard]] std::string next() const {
    return handed_over ? fmt::format("{}", fmt::join(handed_over->argv, " ")) : "";
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(compose)

BOOST_AUTO_TEST_CASE(builds_all_and_goes_on_as_compose) {
  ComposeWorld world;
  world.status_of_next = 7;
  BOOST_TEST(world.compose({"-f", "/srv/shop/compose.yaml", "--profile", "x", "up", "-d"}) == 7);
  BOOST_TEST(world.names == (Words{"web", "db", "img"}), boost::test_tools::per_element());
  BOOST_TEST(world.requests.at(0).installable == "/srv/shop#web");
  BOOST_TEST(world.requests.at(0).tags.at(0).familiar() == "web:dev");
  BOOST_TEST(world.requests.at(1).installable == "github:me/db#image");
  BOOST_TEST(world.requests.at(2).tags.at(0).familiar() == "i:1");
  BOOST_TEST(world.next() == "docker compose -f /srv/shop/compose.yaml --profile x up -d");
  BOOST_TEST(world.handed_over->environment.at("NIXBUILD_COMPOSE_BUILT").value_or("") ==
             "shop/web,shop/db,shop/img");
  BOOST_TEST(world.out.text == "");
  const Words asked = world.processes.started.front().argv;
  BOOST_TEST(fmt::format("{}", fmt::join(asked, " ")) ==
             "docker compose -f /srv/shop/compose.yaml --profile x config --format json");
}

BOOST_AUTO_TEST_CASE(only_the_services_that_are_named) {
  ComposeWorld world;
  BOOST_TEST(world.compose({"up", "--no-deps", "db"}) == 0);
  BOOST_TEST(world.names == Words{"db"}, boost::test_tools::per_element());
  // Compose itself adds what they depend on.
  BOOST_TEST(world.processes.started.front().argv.back() == "db");
}

BOOST_AUTO_TEST_CASE(nothing_to_build_goes_straight_on) {
  ComposeWorld world;
  for (const Words& arguments :
       {Words{"ps", "-a"}, Words{"down"}, Words{"up", "--no-build"}, Words{"--dry-run", "up"}}) {
    world.handed_over.reset();
    BOOST_TEST(world.compose(arguments) == 0);
    BOOST_TEST(world.next() == fmt::format("docker compose {}", fmt::join(arguments, " ")));
    BOOST_TEST(world.handed_over->environment.empty());
  }
  BOOST_TEST(world.processes.started.empty());
  world.config(R"({"name": "plain", "services": {"a": {"image": "alpine"}}})");
  BOOST_TEST(world.compose({"up"}) == 0);
  BOOST_TEST(world.next() == "docker compose up");
  BOOST_TEST(world.requests.empty());
  BOOST_TEST(world.err.text == "");
}

BOOST_AUTO_TEST_CASE(a_failure_starts_nothing) {
  ComposeWorld world;
  world.on_build = [](pipeline::World&) -> pipeline::BuildReport {
    throw Error(ErrorKind::failed, "cannot build x");
  };
  BOOST_TEST(world.compose({"up"}) == 1);
  BOOST_TEST(!world.handed_over);
  world.cancel.raise(CancelLevel::graceful);
  BOOST_TEST(world.compose({"ps"}) == 130);
  BOOST_TEST(!world.handed_over);
}

BOOST_AUTO_TEST_CASE(refusals) {
  ComposeWorld world;
  world.processes.on({"compose", "config"}, fakes::failing("services.web: no such key 'imag'"));
  BOOST_TEST(world.compose({"up"}) == 1);
  BOOST_TEST(world.err.text == "ERROR: Compose does not understand the project\n"
                               "  | services.web: no such key 'imag'\n");
  BOOST_TEST(world.compose({"-f", "-", "up"}) == 1);
  BOOST_TEST(world.err.text.contains("standard input"));
  BOOST_TEST(!world.handed_over);
}

BOOST_AUTO_TEST_CASE(docker_s_flags_and_its_own_compose) {
  const TempDir folder;
  fs::create_directories(folder.path() / "cli-plugins");
  const std::string plugin = (folder.path() / "cli-plugins/docker-compose").string();
  write_file_atomically(plugin, "");
  ComposeWorld world;
  world.variables["DOCKER_CONFIG"] = folder.path().string();
  BOOST_TEST(world.run({"-H", "unix:///s", "nixbuild", "compose", "ps"}) == 0);
  BOOST_TEST(world.next() == plugin + " --host unix:///s compose ps");
  // Without docker's socket there is nothing that only plugins hear.
  world.variables.erase("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND");
  BOOST_TEST(world.run({"compose", "ps"}) == 0);
  BOOST_TEST(world.next() == "docker compose ps");
}

BOOST_AUTO_TEST_CASE(help_is_ours_until_there_is_a_command) {
  ComposeWorld world;
  for (const Words& arguments : {Words{}, Words{"--help"}}) {
    BOOST_TEST(world.compose(arguments) == 0);
    BOOST_TEST(world.out.text.contains("docker nixbuild compose"));
    BOOST_TEST(!world.handed_over);
  }
  BOOST_TEST(world.compose({"up", "--help"}) == 0);
  BOOST_TEST(world.next() == "docker compose up --help");
}

BOOST_AUTO_TEST_SUITE_END()
