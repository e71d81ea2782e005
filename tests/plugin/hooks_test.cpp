#include "plugin/fake_world.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

namespace fs = std::filesystem;
using namespace nixbuild;
using namespace nixbuild::plugin;
using testing::FakeWorld;

namespace {

constexpr const char* file_before =
    "{\n  \"auths\": {},\n  \"plugins\": {\n    \"scout\": {\"x\": \"y\"}\n  }\n}\n";

struct HooksWorld : FakeWorld {
  TempDir home;
  fs::path file = home.path() / "config.json";

  explicit HooksWorld(std::string_view text = file_before) {
    write_file_atomically(file, text);
    variables["DOCKER_CONFIG"] = home.path();
  }
  int hooks(const std::string& command) { return run({"nixbuild", "hooks", command}); }
};

// In a folder with these files, till its end.
struct Inside {
  TempDir folder;
  fs::path before = fs::current_path();

  explicit Inside(const std::vector<std::string>& files) {
    for (const std::string& file : files)
      write_file_atomically(folder.path() / file, "");
    fs::current_path(folder.path());
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { fs::current_path(before); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(hooks)

BOOST_AUTO_TEST_CASE(on_and_off_leave_no_trace) {
  HooksWorld world;
  BOOST_TEST(world.hooks("status") == 0);
  BOOST_TEST(world.out.text == "Hints are off.\n");
  BOOST_TEST(world.hooks("enable") == 0);
  BOOST_TEST(world.out.text == "Hints are on.\n");
  const std::string on = read_file(world.file);
  BOOST_TEST(on.contains("\"nixbuild\": {\n      \"hooks\": \"build,buildx build,"));
  BOOST_TEST(on.contains("\"features\": {\n    \"hooks\": \"true\""));
  BOOST_TEST(world.hooks("enable") == 0);
  BOOST_TEST(read_file(world.file) == on);
  BOOST_TEST(world.hooks("disable") == 0);
  BOOST_TEST(world.out.text == "Hints are off.\n");
  BOOST_TEST(read_file(world.file) == file_before);
  BOOST_TEST(world.hooks("disable") == 0);
  BOOST_TEST(read_file(world.file) == file_before);
}

BOOST_AUTO_TEST_CASE(hooks_of_others_stay_on) {
  HooksWorld world(R"({"features": {"hooks": "true"}, "plugins": {"scout": {"hooks": "pull"}}})");
  const std::string before = read_file(world.file);
  BOOST_TEST(world.hooks("enable") == 0);
  BOOST_TEST(world.out.text.contains("Other plugins"));
  BOOST_TEST(world.hooks("disable") == 0);
  BOOST_TEST(read_file(world.file) == before);
}

BOOST_AUTO_TEST_CASE(a_switch_that_was_not_ours_stays) {
  HooksWorld world(R"({"features": {"hooks": "true"}})");
  BOOST_TEST(world.hooks("disable") == 0);
  BOOST_TEST(read_file(world.file) == R"({"features": {"hooks": "true"}})");
}

BOOST_AUTO_TEST_CASE(what_keeps_docker_from_it_is_told) {
  HooksWorld world(R"({"plugins": {"nixbuild": {"hooks": "build"}}})");
  BOOST_TEST(world.hooks("status") == 0);
  BOOST_TEST(world.out.text.contains("features.hooks"));
  world.variables["DOCKER_CLI_HINTS"] = "1";
  BOOST_TEST(world.hooks("status") == 0);
  BOOST_TEST(world.out.text == "Hints are on.\n");
  world.variables["DOCKER_CLI_HOOKS"] = "false";
  BOOST_TEST(world.hooks("status") == 0);
  BOOST_TEST(world.out.text.contains("DOCKER_CLI_HOOKS=false"));
}

BOOST_AUTO_TEST_CASE(the_file_that_is_meant) {
  HooksWorld world;
  const TempDir other;
  BOOST_TEST(world.run({"--config", other.path(), "nixbuild", "hooks", "enable"}) == 0);
  BOOST_TEST(read_file(world.file) == file_before);
  BOOST_TEST(read_file(other.path() / "config.json").contains("nixbuild"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_json_is_left_alone) {
  HooksWorld world("{\n  \"auths\": {},,\n}\n");
  for (const char* command : {"enable", "disable", "status"}) {
    BOOST_TEST(world.hooks(command) == 1);
    BOOST_TEST(world.err.text.contains("config.json"));
    BOOST_TEST(world.err.text.contains("line 2, column 15"));
    BOOST_TEST(read_file(world.file) == "{\n  \"auths\": {},,\n}\n");
  }
}

BOOST_AUTO_TEST_CASE(docker_asks_for_a_hint) {
  FakeWorld world;
  const std::vector<std::string> question{"nixbuild", "docker-cli-plugin-hooks",
                                          R"({"RootCmd":"build","Flags":{},"CommandError":""})"};
  BOOST_TEST(world.run(question) == 0);
  BOOST_TEST(world.out.text == "");
  const Inside project({"flake.nix"});
  BOOST_TEST(world.run(question) == 0);
  BOOST_TEST(world.out.text.starts_with(R"({"Type":0,"Template":")"));
  BOOST_TEST(world.out.text.contains("docker nixbuild"));
  world.variables.erase("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND");
  BOOST_TEST(world.run(question) == 0);
  BOOST_TEST(world.out.text.contains("docker nixbuild"));
}

BOOST_AUTO_TEST_CASE(a_question_that_is_none_is_no_failure) {
  FakeWorld world;
  const Inside project({"flake.nix"});
  for (const std::vector<std::string>& rest :
       {std::vector<std::string>{}, {""}, {"[]"}, {"{}", "more"}, {"{\"RootCmd\":\"ps\"}"}}) {
    std::vector<std::string> arguments{"nixbuild", "docker-cli-plugin-hooks"};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    BOOST_TEST(world.run(arguments) == 0);
    BOOST_TEST(world.out.text == "");
    BOOST_TEST(world.err.text == "");
  }
}

BOOST_AUTO_TEST_SUITE_END()
