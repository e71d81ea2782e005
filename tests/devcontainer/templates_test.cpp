#include "devcontainer/check.hpp"
#include "devcontainer/configuration.hpp"
#include "devcontainer/templates.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::devcontainer;

namespace {

std::vector<std::string> paths(const std::vector<NewFile>& files) {
  std::vector<std::string> all;
  for (const NewFile& file : files)
    all.push_back(file.path);
  return all;
}

Configuration read(const std::vector<NewFile>& files) {
  return parse_configuration(files.front().content, "/w/.devcontainer/devcontainer.json",
                             {.workspace = "/w", .environment = {}});
}

const NewDevContainer nixos{.name = "My Project",
                            .installable = ".#devcontainer",
                            .boots = true,
                            .remote_user = "dev",
                            .flake = FlakeTemplate::nixos};

} // namespace

BOOST_AUTO_TEST_SUITE(templates)

BOOST_AUTO_TEST_CASE(a_system_that_boots) {
  const auto files = new_files(nixos);
  const std::vector<std::string> wanted{".devcontainer/devcontainer.json", "flake.nix",
                                        ".devcontainer/configuration.nix"};
  BOOST_TEST(paths(files) == wanted, boost::test_tools::per_element());
  const Configuration configuration = read(files);
  BOOST_TEST(configuration.image == "localhost/my-project:dev");
  BOOST_TEST(configuration.remote_user == "dev");
  BOOST_CHECK(configuration.content->at("overrideCommand") == false);
  BOOST_CHECK(configuration.content->at("name") == "My Project");
  BOOST_CHECK(configuration.settings.options->at("installable") == ".#devcontainer");
  BOOST_CHECK(configuration.settings.profile == Profile::privileged);
  BOOST_TEST(files[2].content.contains("users.users.dev = {"));
  BOOST_TEST(files[2].content.contains("boot.isContainer = true"));
  BOOST_TEST(files[1].content.contains("./.devcontainer/configuration.nix"));
}

BOOST_AUTO_TEST_CASE(check_finds_nothing_in_them) {
  for (const bool boots : {true, false}) {
    for (const Profile profile : {Profile::privileged, Profile::writable_cgroups}) {
      NewDevContainer container = nixos;
      container.boots = boots;
      container.profile = profile;
      const Configuration configuration = read(new_files(container));
      const Seen seen{.configuration = configuration, .image_name = configuration.image};
      for (const Finding& finding : check(seen)) // the label says that no image is built for it
        BOOST_TEST(finding.id == "uid-image");
    }
  }
}

BOOST_AUTO_TEST_CASE(an_image_of_a_flake_that_is_there) {
  const auto files = new_files({.name = "p", .installable = ".#\"a\""});
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  const Configuration configuration = read(files);
  BOOST_CHECK(configuration.settings.options->at("installable") == ".#\"a\"");
  BOOST_TEST(!configuration.content->contains("overrideCommand"));
  BOOST_TEST(!configuration.content->contains("remoteUser"));
}

BOOST_AUTO_TEST_CASE(a_compose_project) {
  NewDevContainer container = nixos;
  container.compose = true;
  container.flake = FlakeTemplate::none;
  const auto files = new_files(container);
  BOOST_REQUIRE_EQUAL(files.size(), 2U);
  const Configuration configuration = read(files);
  BOOST_TEST(configuration.compose_files.front() == "/w/.devcontainer/compose.yaml");
  BOOST_TEST(configuration.service == "dev");
  const std::string& compose = files[1].content;
  for (const char* line :
       {"image: localhost/my-project:dev", "pull_policy: never", "privileged: true",
        "stop_signal: SIGRTMIN+3", "cgroup: private", "..:/workspaces/my-project"})
    BOOST_TEST(compose.contains(line), line);
  BOOST_CHECK(configuration.content->at("workspaceFolder") == "/workspaces/my-project");
  container.boots = false;
  BOOST_TEST(new_files(container)[1].content.contains("command: sleep infinity"));
  BOOST_TEST(!new_files(container)[1].content.contains("privileged"));
}

BOOST_AUTO_TEST_CASE(other_profiles) {
  NewDevContainer container = nixos;
  container.profile = Profile::writable_cgroups;
  const Configuration less = read(new_files(container));
  BOOST_CHECK(less.settings.profile == Profile::writable_cgroups);
  BOOST_TEST(boost::json::serialize(less.content->at("runArgs")).contains("/run/wrappers"));
  container.profile = Profile::none;
  container.podman = true;
  BOOST_CHECK(read(new_files(container)).content->at("runArgs") ==
              boost::json::array{"--systemd=always"});
}

BOOST_AUTO_TEST_SUITE_END()
