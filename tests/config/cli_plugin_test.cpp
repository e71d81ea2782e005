#include "config/cli_plugin.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::config;

namespace fs = std::filesystem;

namespace {

struct Place {
  TempDir folder;

  std::string put(const std::string& name) const {
    const fs::path file = folder.path() / name;
    fs::create_directories(file.parent_path());
    write_file_atomically(file, "");
    return file.string();
  }
  [[nodiscard]] std::string found(std::string variable = {}) const {
    const DockerConfig config = load_docker_config(folder.path() / "config");
    const Environment environment({{"DOCKER_CLI_PLUGIN_DIRS", std::move(variable)}});
    return find_cli_plugin("no-such-thing", config, environment).value_or("").string();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(cli_plugin)

BOOST_AUTO_TEST_CASE(searched_as_docker_does) {
  const Place place;
  BOOST_TEST(place.found() == "");
  const std::string nixpkgs = place.put("b/docker-no-such-thing");
  const std::string list =
      (place.folder.path() / "a").string() + ":" + (place.folder.path() / "b").string();
  BOOST_TEST(place.found(list) == nixpkgs);
  const std::string user = place.put("config/cli-plugins/docker-no-such-thing");
  BOOST_TEST(place.found(list) == user);
  const std::string extra = place.put("extra/docker-no-such-thing");
  write_file_atomically(place.folder.path() / "config/config.json",
                        "{\"cliPluginsExtraDirs\": [\"/nowhere\", \"" +
                            (place.folder.path() / "extra").string() + "\"]}");
  BOOST_TEST(place.found(list) == extra);
}

BOOST_AUTO_TEST_SUITE_END()
