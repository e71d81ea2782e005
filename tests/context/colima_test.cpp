#include "context/colima.hpp"
#include "fakes/fake_runner.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::context;

namespace {

// As Colima 0.8 prints it (cmd/list.go), and lines that are something else.
constexpr const char* listed =
    R"({"name":"default","status":"Running","arch":"aarch64","cpus":4,"memory":8589934592,)"
    R"("disk":107374182400,"address":"192.168.106.2","runtime":"docker"})"
    "\n"
    R"({"name":"work","status":"Stopped","arch":"aarch64","cpus":2,"memory":2147483648,)"
    R"("disk":107374182400,"runtime":""})"
    "\n"
    "level=warning msg=\"something\"\n"
    R"({"status":"Running"})"
    "\n[]\n"
    R"({"name":"k3s","status":"Running","runtime":"containerd"})"
    "\n"
    R"({"name":"old","status":"Broken","runtime":"docker"})";

} // namespace

BOOST_AUTO_TEST_SUITE(colima)

BOOST_AUTO_TEST_CASE(the_list_has_one_profile_on_each_line) {
  const auto profiles = parse_colima_list(listed);
  BOOST_REQUIRE_EQUAL(profiles.size(), 4U);
  BOOST_TEST(profiles[0].name == "default");
  BOOST_TEST(profiles[0].status == "Running");
  BOOST_TEST(profiles[0].runtime == "docker");
  BOOST_TEST(profiles[1].name == "work");
  BOOST_TEST(profiles[1].status == "Stopped");
  BOOST_TEST(profiles[2].runtime == "containerd");
  BOOST_TEST(parse_colima_list("").empty());
}

BOOST_AUTO_TEST_CASE(a_colima_that_fails_or_is_not_there_has_no_profiles) {
  fakes::FakeRunner runner;
  BOOST_TEST(colima_profiles(runner, {}).empty());
  runner.on({"colima"}, fakes::failing("no limactl"));
  BOOST_TEST(colima_profiles(runner, {}).empty());
  runner.on({"colima", "list", "-j"}, {.out = listed});
  BOOST_TEST(colima_profiles(runner, {}).size() == 4U);
}

BOOST_AUTO_TEST_CASE(what_is_to_be_done_goes_by_the_state) {
  const auto profiles = parse_colima_list(listed);
  const auto says = [&](const char* profile, bool refused, const char* words) {
    const std::string remedy = colima_remedy(profile, refused, profiles);
    BOOST_TEST(remedy.find(words) != std::string::npos, remedy << " lacks " << words);
  };
  says("default", false, "`colima restart`"); // it runs, and its socket is gone
  says("default", true, "`colima restart`");
  says("work", false, "'work' is Stopped: `colima start work`");
  says("k3s", true, "runs containerd");
  says("old", true, "`colima stop --force old`, then `colima start old`");
  says("unknown", false, "`colima start unknown`");
  says("unknown", true, "`colima restart unknown`");
}

BOOST_AUTO_TEST_CASE(contexts_are_called_after_profiles) {
  BOOST_TEST(colima_profile_of_context("colima") == "default");
  BOOST_TEST(colima_profile_of_context("colima-work") == "work");
  BOOST_TEST(colima_profile_of_context("my-colima").empty());
  BOOST_TEST(colima_profile_of_context("colimax").empty());
}

BOOST_AUTO_TEST_CASE(its_folders_tell_whether_it_was_ever_started) {
  const TempDir home;
  const auto with = [&](const char* name, const std::filesystem::path& folder) {
    return has_colima(Environment(std::map<std::string, std::string>{{name, folder.string()}}));
  };
  BOOST_TEST(!with("HOME", home.path()));
  std::filesystem::create_directories(home.path() / ".config/colima");
  BOOST_TEST(with("HOME", home.path()));
  BOOST_TEST(with("XDG_CONFIG_HOME", home.path() / ".config"));
  BOOST_TEST(with("COLIMA_HOME", home.path() / ".config/colima"));
  BOOST_TEST(!with("COLIMA_HOME", home.path() / "none"));
}

BOOST_AUTO_TEST_SUITE_END()
