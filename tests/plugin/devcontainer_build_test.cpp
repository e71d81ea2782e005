#include "fakes/fake_engine.hpp"
#include "plugin/fake_world.hpp"
#include "plugin/version.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::plugin;
using fakes::FakeEngine;
using testing::digest_of;
using testing::FakeWorld;
using testing::image_named;

namespace fs = std::filesystem;

namespace {

// A workspace that is the current folder, and an engine.
struct Fixture {
  TempDir folder;
  fs::path before = fs::current_path();
  FakeEngine engine{fakes::Profile::docker_28()};
  FakeWorld world;

  Fixture() {
    fs::create_directory(folder.path() / "w");
    fs::current_path(folder.path() / "w");
    world.variables["DOCKER_HOST"] = "unix://" + engine.socket().string();
    world.variables["DOCKER_CONFIG"] = folder.path() / "docker";
    world.variables["XDG_STATE_HOME"] = folder.path() / "state";
    world.loads({image_named({"localhost/p:dev"})});
    engine.on("GET", "/containers/json", FakeEngine::Reply{.body = "[]"});
    engine.on("GET", "/images/" + digest_of('1').str() + "/json",
              FakeEngine::Reply{.body = R"({"Id":")" + digest_of('1').str() + R"("})"});
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() { fs::current_path(before); }

  static void configure(const std::string& nixbuild, const std::string& more = {}) {
    fs::create_directory(".devcontainer");
    write_file_atomically(".devcontainer/devcontainer.json",
                          "{ // a comment\n \"image\": \"localhost/p:dev\"," + more +
                              "\"customizations\": {\"nixbuild\": {" + nixbuild + "}},}");
  }

  // The engine has a container of the workspace.
  void add_container(char image, const std::string& state) {
    engine.on("GET", "/containers/json",
              FakeEngine::Reply{.body = R"([{"Id":"abc","Names":["/calm_nix"],"ImageID":")" +
                                        digest_of(image).str() + R"(","State":")" + state +
                                        R"(","Labels":{"devcontainer.local_folder":")" +
                                        fs::current_path().string() + R"("}}])"});
  }

  int build(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"devcontainer", "build"});
    return world.run(more);
  }

  [[nodiscard]] bool removed() const {
    for (const std::string& call : engine.calls())
      if (call == "DELETE /containers/abc") return true;
    return false;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(devcontainer_build, Fixture)

BOOST_AUTO_TEST_CASE(builds_what_the_configuration_says) {
  configure(R"("installable": ".#devcontainer", "impure": true, "tag": "more:1")",
            R"("remoteUser": "dev",)");
  BOOST_TEST(build({"--builder=host"}) == 0);
  BOOST_TEST(world.out.text == "Loaded image: localhost/p:dev\n");
  BOOST_REQUIRE_EQUAL(world.requests.size(), 1U);
  const pipeline::BuildRequest& request = world.requests.front();
  BOOST_TEST(request.installable == ".#devcontainer");
  BOOST_TEST(request.nix.impure);
  BOOST_CHECK(request.builder == pipeline::Builder::host);
  BOOST_REQUIRE_EQUAL(request.tags.size(), 2U);
  BOOST_TEST(request.tags.front().familiar() == "localhost/p:dev");
  BOOST_TEST(pipeline::loads_in_place(request));
  BOOST_REQUIRE(request.amendments.has_value());
  BOOST_TEST(request.amendments->booting.labels.at("dev.nixbuild.version") == std::string(version));
  BOOST_TEST(request.amendments->booting.missing_labels.at("devcontainer.metadata")
                 .contains(R"("remoteUser":"dev")"));
}

BOOST_AUTO_TEST_CASE(the_remote_user_gets_the_number_that_is_given) {
  const auto numbers = [&](const std::string& nixbuild, const std::string& user) {
    configure(nixbuild, R"("remoteUser": ")" + user + "\",");
    BOOST_TEST(build() == 0);
    return world.requests.back().amendments->others.numbers;
  };
  BOOST_CHECK((numbers(R"("remoteUserUID": 1234)", "dev") ==
               image::AccountNumbers{.user = "dev", .uid = 1234, .gid = 1234}));
  BOOST_TEST(!numbers(R"("remoteUserUID": 1234)", "root").has_value());
  BOOST_TEST(!numbers(R"("remoteUserUID": 1234)", "1000").has_value());
  BOOST_TEST(!numbers(R"("remoteUserUID": "image")", "dev").has_value());
}

BOOST_AUTO_TEST_CASE(options_that_bring_it_elsewhere_are_refused) {
  for (const char* option :
       {"\"dry-run\": true", "\"push\": true", "\"load\": false", "\"output\": \"x\""}) {
    configure(option);
    BOOST_TEST(build() == 1);
    BOOST_TEST(world.err.text.contains("unknown option"));
  }
  BOOST_TEST(world.requests.empty());
}

BOOST_AUTO_TEST_CASE(a_container_of_an_older_image_is_told) {
  configure("");
  add_container('1', "running");
  BOOST_TEST(build() == 0);
  BOOST_TEST(!world.err.text.contains("older"));
  add_container('2', "running");
  BOOST_TEST(build() == 0);
  BOOST_TEST(world.err.text.contains("calm_nix has an older image"));
  BOOST_TEST(world.err.text.contains("Rebuild Container"));
  BOOST_TEST(!removed());
}

BOOST_AUTO_TEST_CASE(only_stopped_ones_are_removed_where_that_is_wanted) {
  engine.on("DELETE", "/containers/abc", FakeEngine::Reply{.status = 204});
  configure(R"("recreate": "stopped")");
  add_container('2', "running");
  BOOST_TEST(build() == 0);
  BOOST_TEST(!removed());
  add_container('2', "exited");
  world.variables["CODESPACES"] = "true";
  BOOST_TEST(build() == 0);
  BOOST_TEST(!removed());
  world.variables.erase("CODESPACES");
  BOOST_TEST(build() == 0);
  BOOST_TEST(removed());
  BOOST_TEST(world.err.text.contains("removed the stopped container calm_nix"));
}

BOOST_AUTO_TEST_CASE(every_failure_is_1) {
  BOOST_TEST(build() == 1); // no configuration
  BOOST_TEST(world.err.text.contains("devcontainer init"));
  BOOST_TEST(build({"--nonsense"}) == 1);
  configure("");
  world.on_build = [&](pipeline::World&) -> pipeline::BuildReport {
    throw Error(ErrorKind::failed, "a builder failed");
  };
  BOOST_TEST(build() == 1);
  BOOST_TEST(world.err.text.contains("a builder failed"));
  world.on_build = [&](pipeline::World&) -> pipeline::BuildReport {
    world.cancel.raise(CancelLevel::graceful);
    throw Error(ErrorKind::cancelled, "cancelled");
  };
  BOOST_TEST(build() == 1);
}

BOOST_AUTO_TEST_CASE(the_existing_container_where_the_build_fails) {
  configure(R"("onFailure": "use-existing")");
  world.on_build = [](pipeline::World&) -> pipeline::BuildReport {
    throw Error(ErrorKind::failed, "a builder failed");
  };
  BOOST_TEST(build() == 1); // there is none
  add_container('1', "exited");
  BOOST_TEST(build() == 0);
  BOOST_TEST(world.err.text.contains("a builder failed"));
  BOOST_TEST(world.err.text.contains("calm_nix is used as it is"));
  world.variables["CI"] = "true";
  BOOST_TEST(build() == 1);
}

BOOST_AUTO_TEST_CASE(only_checked_when_there_is_a_container) {
  configure(R"("onReopen": "check")");
  world.on_build = [](pipeline::World&) {
    pipeline::BuildReport report;
    report.plans = {{.platform = {"linux", "amd64", ""}, .installable = ".#a"}};
    report.plans.front().work.builds = {"/nix/store/x.drv"};
    return report;
  };
  add_container('1', "exited");
  BOOST_TEST(build() == 0);
  BOOST_TEST(world.requests.back().dry_run);
  BOOST_TEST(world.err.text.contains(".#a has changed"));
  engine.on("GET", "/containers/json", FakeEngine::Reply{.body = "[]"});
  world.loads({image_named({"localhost/p:dev"})});
  BOOST_TEST(build() == 0);
  BOOST_TEST(!world.requests.back().dry_run);
}

BOOST_AUTO_TEST_CASE(images_of_compose_services) {
  fs::create_directory(".devcontainer");
  write_file_atomically(".devcontainer/compose.yaml", "");
  write_file_atomically(".devcontainer/devcontainer.json",
                        R"({"dockerComposeFile": "compose.yaml", "service": "dev",
                            "customizations": {"nixbuild": {"installable": ".#dev"}}})");
  world.processes.on({"config"}, {.out = R"({"name": "p", "services": {
      "db": {"image": "localhost/db:dev"}, "dev": {"image": "localhost/p:dev"}},
      "x-nixbuild": {"db": ".#db"}})"});
  BOOST_TEST(build() == 0);
  BOOST_REQUIRE_EQUAL(world.requests.size(), 2U);
  BOOST_TEST(world.names == (std::vector<std::string>{"localhost/p:dev", "localhost/db:dev"}),
             boost::test_tools::per_element());
  BOOST_TEST(world.requests[0].installable == ".#dev");
  BOOST_TEST(world.requests[0].tags.front().familiar() == "localhost/p:dev");
  BOOST_TEST(world.requests[0].amendments.has_value());
  BOOST_TEST(world.requests[1].installable == ".#db");
  BOOST_TEST(world.requests[1].tags.front().familiar() == "localhost/db:dev");
  BOOST_TEST(!world.requests[1].amendments.has_value());
}

BOOST_AUTO_TEST_CASE(compose_files_say_it_all) {
  fs::create_directory(".devcontainer");
  write_file_atomically(".devcontainer/compose.yaml", "");
  write_file_atomically(".devcontainer/devcontainer.json",
                        R"({"dockerComposeFile": "compose.yaml", "service": "dev"})");
  world.processes.on({"config"},
                     {.out = R"({"name": "p", "x-nixbuild": {"dev": ".#dev"}, "services": {
      "dev": {"image": "localhost/p:dev"}, "prov": {"provider": {"type": "nixbuild",
      "options": {"installable": [".#x"], "tag": ["t:1"]}}}}})"});
  BOOST_TEST(build() == 0);
  BOOST_REQUIRE_EQUAL(world.requests.size(), 2U);
  BOOST_TEST(world.requests[0].installable == ".#dev");
  BOOST_TEST(world.requests[0].amendments.has_value());
  BOOST_TEST(world.requests[1].installable == ".#x");
  BOOST_REQUIRE_EQUAL(world.requests[1].tags.size(), 1U);
  BOOST_TEST(world.requests[1].tags.front().familiar() == "t:1");
}

BOOST_AUTO_TEST_CASE(a_provider_may_build_the_image_of_the_service) {
  fs::create_directory(".devcontainer");
  write_file_atomically(".devcontainer/compose.yaml", "");
  write_file_atomically(".devcontainer/devcontainer.json",
                        R"({"dockerComposeFile": "compose.yaml", "service": "dev"})");
  world.processes.on({"config"}, {.out = R"({"name": "p", "services": {
      "dev": {"image": "localhost/p:dev"}, "prov": {"provider": {"type": "nixbuild",
      "options": {"installable": [".#x"], "tag": ["localhost/p:dev"]}}}}})"});
  BOOST_TEST(build() == 0);
  BOOST_REQUIRE_EQUAL(world.requests.size(), 1U);
  BOOST_TEST(world.requests[0].installable == ".#x");
  BOOST_TEST(world.requests[0].amendments.has_value());
  BOOST_TEST(world.requests[0].tags.size() == 1U);
}

BOOST_AUTO_TEST_CASE(configurations_without_an_image) {
  fs::create_directory(".devcontainer");
  write_file_atomically(".devcontainer/devcontainer.json", R"({"build": {"dockerfile": "D"}})");
  BOOST_TEST(build() == 1);
  BOOST_TEST(world.err.text.contains("Dockerfile"));
  write_file_atomically(".devcontainer/devcontainer.json", R"({"image": "x@sha256:1"})");
  BOOST_TEST(build() == 1);
  BOOST_TEST(world.requests.empty());
}

BOOST_AUTO_TEST_SUITE_END()
