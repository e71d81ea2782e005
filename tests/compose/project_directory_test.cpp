#include "compose/project_directory.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::compose;

namespace fs = std::filesystem;

namespace {

std::string directory(const ProjectPlace& place, std::map<std::string, std::string> variables = {},
                      const fs::path& current = "/home/me") {
  return project_directory(place, Environment(std::move(variables)), current).string();
}

} // namespace

BOOST_AUTO_TEST_SUITE(project_directory_of)

BOOST_AUTO_TEST_CASE(what_the_command_line_says) {
  BOOST_TEST(directory({.directory = "shop", .files = {"/x/y.yaml"}}) == "/home/me/shop");
  BOOST_TEST(directory({.directory = "/srv/shop/", .files = {}}) == "/srv/shop");
  BOOST_TEST(directory({.directory = {}, .files = {"shop/a.yaml", "/x/y.yaml"}}) ==
             "/home/me/shop");
  BOOST_TEST(directory({.directory = {}, .files = {"a.yaml"}}) == "/home/me");
  BOOST_TEST(directory({.directory = {}, .files = {"../a.yaml"}}) == "/home");
  BOOST_TEST(directory({.directory = {}, .files = {"-"}}) == "/home/me");
}

BOOST_AUTO_TEST_CASE(what_the_environment_says) {
  BOOST_TEST(directory({}, {{"COMPOSE_FILE", "/srv/a.yaml:b.yaml"}}) == "/srv");
  BOOST_TEST(directory({}, {{"COMPOSE_FILE", "sub/a.yaml;b"}, {"COMPOSE_PATH_SEPARATOR", ";"}}) ==
             "/home/me/sub");
  BOOST_TEST(directory({.directory = {}, .files = {"x/a.yaml"}}, {{"COMPOSE_FILE", "/srv/a"}}) ==
             "/home/me/x");
}

BOOST_AUTO_TEST_CASE(files_of_a_project) {
  using Paths = std::set<fs::path>;
  const auto files = [](const ProjectPlace& place, std::map<std::string, std::string> variables) {
    return project_files(place, Environment(std::move(variables)), "/home/me");
  };
  BOOST_TEST((files({.directory = {}, .files = {"shop/a.yaml", "b.yaml"}}, {}) ==
              Paths{"shop/a.yaml", "b.yaml", "/home/me/shop/.env"}));
  BOOST_TEST((files({}, {{"COMPOSE_FILE", "/srv/a.yaml:b.yaml"}}) ==
              Paths{"/srv/a.yaml", "b.yaml", "/srv/.env"}));
  const Paths usual = files({}, {});
  BOOST_TEST(usual.size() == 9U);
  for (const char* name : {"compose.yaml", "docker-compose.override.yml", ".env"})
    BOOST_TEST(usual.contains(fs::path("/home/me") / name));
}

BOOST_AUTO_TEST_CASE(the_nearest_project) {
  const TempDir folder;
  const fs::path below = folder.path() / "a" / "b";
  fs::create_directories(below);
  BOOST_TEST(directory({}, {}, below) == below.string());
  write_file_atomically(folder.path() / "docker-compose.yml", "");
  BOOST_TEST(directory({}, {}, below) == folder.path().string());
  write_file_atomically(below / ".env", "A=b\nCOMPOSE_FILE='../dev/x.yaml:y.yaml'\n");
  BOOST_TEST(directory({}, {}, below) == (folder.path() / "a" / "dev").string());
  BOOST_TEST(directory({}, {{"COMPOSE_FILE", "/srv/c.yaml"}}, below) == "/srv");
  fs::remove(below / ".env");
  write_file_atomically(below / "compose.yaml", "");
  BOOST_TEST(directory({}, {}, below) == below.string());
}

BOOST_AUTO_TEST_SUITE_END()
