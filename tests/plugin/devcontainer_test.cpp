#include "fakes/fake_engine.hpp"
#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace nixbuild;
using namespace nixbuild::plugin;
using fakes::FakeEngine;
using testing::FakeWorld;

namespace fs = std::filesystem;

namespace {

// A folder that is the current one.
struct Fixture {
  TempDir folder;
  fs::path before = fs::current_path();
  FakeWorld world;

  Fixture() {
    fs::create_directory(folder.path() / "project");
    fs::current_path(folder.path() / "project");
    world.variables["DOCKER_CONFIG"] = folder.path() / "docker";
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() { fs::current_path(before); }

  static void configure(const std::string& text) {
    fs::create_directory(".devcontainer");
    write_file_atomically(".devcontainer/devcontainer.json", text);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(devcontainers, Fixture)

BOOST_AUTO_TEST_CASE(init_writes_a_flake_where_there_is_none) {
  BOOST_TEST(world.run({"devcontainer", "init"}) == 0);
  BOOST_TEST(world.out.text.contains("Wrote .devcontainer/devcontainer.json\n"));
  BOOST_TEST(!world.out.text.contains("git add"));
  BOOST_TEST(read_file("flake.nix").contains("nixosSystem"));
  BOOST_TEST(read_file(".devcontainer/configuration.nix").contains("users.users.dev"));
  BOOST_TEST(read_file(".devcontainer/devcontainer.json").contains("localhost/project:dev"));
}

BOOST_AUTO_TEST_CASE(init_overwrites_only_when_told) {
  configure("mine");
  BOOST_TEST(world.run({"devcontainer", "init"}) == 1);
  BOOST_TEST(world.err.text.contains("--force"));
  BOOST_TEST(read_file(".devcontainer/devcontainer.json") == "mine");
  BOOST_TEST(!fs::exists("flake.nix")); // nothing was written
  BOOST_TEST(world.run({"devcontainer", "init", "--force", "--template=image"}) == 0);
  BOOST_TEST(read_file(".devcontainer/devcontainer.json") != "mine");
  BOOST_TEST(read_file("flake.nix").contains("streamLayeredImage"));
}

BOOST_AUTO_TEST_CASE(init_takes_what_is_named) {
  fs::create_directory(".git");
  write_file_atomically("flake.nix", "mine");
  BOOST_TEST(world.run({"devcontainer", "init", ".#nixosConfigurations.x", "--compose",
                        "--remote-user=me", "--profile=writable-cgroups"}) == 0);
  BOOST_TEST(world.out.text.contains(
      "git add .devcontainer/devcontainer.json .devcontainer/compose.yaml\n"));
  BOOST_TEST(read_file("flake.nix") == "mine");
  const std::string text = read_file(".devcontainer/devcontainer.json");
  BOOST_TEST(text.contains("\".#nixosConfigurations.x\""));
  BOOST_TEST(text.contains("\"overrideCommand\": false"));
  BOOST_TEST(text.contains("\"remoteUser\": \"me\""));
  BOOST_TEST(read_file(".devcontainer/compose.yaml").contains("writable-cgroups=true"));
}

BOOST_AUTO_TEST_CASE(init_refuses_what_it_does_not_know) {
  BOOST_TEST(world.run({"devcontainer", "init", "--template=x"}) == 1);
  BOOST_TEST(world.run({"devcontainer", "init", "--profile=x"}) == 1);
  BOOST_TEST(world.err.text.contains("podman"));
  BOOST_TEST(fs::is_empty("."));
}

BOOST_AUTO_TEST_CASE(check_tells_traps_and_fails_for_problems) {
  FakeEngine engine(fakes::Profile::docker_28());
  engine.on("GET", "/containers/json", FakeEngine::Reply{.body = "[]"});
  const std::string old = R"({"Id": "x", "RepoTags": ["<none>:<none>"], "Size": 5,
                              "Labels": {"dev.nixbuild.version": "1"}})";
  const std::string named = R"({"Id": "y", "RepoTags": ["a:1"], "Size": 5,
                                "Labels": {"dev.nixbuild.version": "1"}})";
  engine.on("GET", "/images/json",
            FakeEngine::Reply{.body = "[" + old + "," + old + "," + named + "," + old + "," + old +
                                      "," + old + "]"});
  engine.on("GET", "/images/localhost/p:dev/json",
            FakeEngine::Reply{
                .body = R"({"Id": "sha256:1", "Architecture": "amd64", "Config": {"Cmd": ["sh"],
                            "Labels": {"devcontainer.metadata": "[]"}}})"});
  engine.on("POST", "/containers/create", FakeEngine::Reply{.status = 201, .body = "{}"});
  engine.otherwise([](const fakes::ReceivedRequest& request) {
    const bool is_removal = request.method == "DELETE";
    return is_removal ? FakeEngine::Reply{.status = 204} : fakes::refusing(404, "nothing");
  });
  world.variables["DOCKER_HOST"] = "unix://" + engine.socket().string();
  configure(R"({"image": "localhost/p:dev", "init": true})");
  BOOST_TEST(world.run({"devcontainer", "check"}) == 1);
  for (const char* text :
       {"problem: init:", "problem: no-shell:", "problem: initialize-command:",
        "warning: no-loader:", "warning: untagged-images: the engine keeps 5 images"})
    BOOST_TEST(world.out.text.contains(text), text);
  const auto calls = engine.calls();
  const auto removed = [](const std::string& call) {
    return call.starts_with("DELETE /containers/nixbuild-check-");
  };
  BOOST_TEST(std::ranges::count_if(calls, removed) == 1);
}

BOOST_AUTO_TEST_CASE(check_without_an_engine_looks_at_the_files) {
  world.variables["DOCKER_HOST"] = "unix:///nonexistent/engine.sock";
  configure(R"({"image": "localhost/p:dev",
                "initializeCommand": "docker nixbuild devcontainer build"})");
  world.processes.on({"git", "ls-files"}, {.out = "flake.nix\n"});
  BOOST_TEST(world.run({"devcontainer", "check"}) == 1);
  BOOST_TEST(world.out.text.starts_with("problem: untracked: git does not know flake.nix"));
  BOOST_TEST(world.err.text.contains("no engine answers"));
  world.processes.on({"git", "ls-files"}, {.out = ""});
  BOOST_TEST(world.run({"devcontainer", "check"}) == 0);
  BOOST_TEST(world.out.text == "Nothing stands in the way.\n");
}

BOOST_AUTO_TEST_CASE(up_and_rebuild_run_the_devcontainer_program) {
  configure(R"({"image": "localhost/p:dev"})");
  BOOST_TEST(world.run({"devcontainer", "up"}) == 1);
  BOOST_TEST(world.err.text.contains("@devcontainers/cli"));
  world.processes.on({"devcontainer", "up"}, {.out = "{\"outcome\":\"success\"}\n"});
  BOOST_TEST(world.run({"--context", "far", "nixbuild", "devcontainer", "rebuild"}) == 0);
  BOOST_TEST(world.out.text == "{\"outcome\":\"success\"}\n");
  const process::Command& command = world.processes.started.back();
  BOOST_TEST(command.argv.back() == "--remove-existing-container");
  BOOST_TEST(command.argv.at(3) == fs::current_path().string());
  BOOST_TEST(command.environment.at("DOCKER_CONTEXT").value_or("") == "far");
  world.processes.on({"devcontainer", "up"}, fakes::failing("no", 130));
  BOOST_TEST(world.run({"devcontainer", "up"}) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
