#include "builder/agent_files.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <string>

using namespace nixbuild;
using namespace nixbuild::builder;

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(agent_files)

BOOST_AUTO_TEST_CASE(the_first_folder_that_has_an_agent_counts) {
  const TempDir temp;
  const fs::path one = temp.path() / "one";
  const fs::path two = temp.path() / "two";
  fs::create_directory(one);
  fs::create_directory(two);
  write_file_atomically(one / "docker-nixbuild-agent-linux-amd64", "abc");
  write_file_atomically(two / "docker-nixbuild-agent-linux-amd64", "other");
  write_file_atomically(two / "docker-nixbuild-agent-linux-arm64", "");
  const AgentFiles found = find_agents({temp.path() / "none", one, two});
  BOOST_REQUIRE_EQUAL(found.size(), 2U);
  BOOST_TEST(found.at("x86_64").path == one / "docker-nixbuild-agent-linux-amd64");
  BOOST_TEST(found.at("x86_64").size == 3U);
  BOOST_TEST(found.at("x86_64").sha256 ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(found.at("aarch64").path == two / "docker-nixbuild-agent-linux-arm64");
}

BOOST_AUTO_TEST_CASE(folders_go_by_the_program_or_by_the_environment) {
  const auto usual = agent_folders(Environment(), "/home/me/.docker/cli-plugins/docker-nixbuild");
  BOOST_REQUIRE_EQUAL(usual.size(), 2U);
  BOOST_TEST(usual[0] == "/home/me/.docker/cli-plugins");
  BOOST_TEST(usual[1] == "/home/me/.docker/lib/docker-nixbuild");
  const auto chosen = agent_folders(
      Environment(std::map<std::string, std::string>{{"NIXBUILD_AGENT_DIR", "/agents"}}),
      "/bin/docker-nixbuild");
  BOOST_REQUIRE_EQUAL(chosen.size(), 1U);
  BOOST_TEST(chosen[0] == "/agents");
  BOOST_TEST(agent_folders(Environment(), "").empty());
}

BOOST_AUTO_TEST_CASE(the_running_program_knows_its_file) {
  BOOST_TEST(own_program().filename() == "test_builder");
}

BOOST_AUTO_TEST_SUITE_END()
