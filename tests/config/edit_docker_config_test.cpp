#include "config/edit_docker_config.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace nixbuild;
using namespace nixbuild::config;

namespace {

const std::vector<ConfigChange> install{{.path = {"aliases", "builder"}, .value = "nixbuild"}};
const std::vector<ConfigChange> uninstall{{.path = {"aliases", "builder"}, .value = {}}};

struct Home {
  TempDir folder;
  fs::path directory = folder.path() / "docker";
  fs::path file = directory / "config.json";

  explicit Home(std::string_view text) {
    fs::create_directory(directory);
    write_file_atomically(file, text);
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {}));
  }
};

unsigned mode_of(const fs::path& file) {
  struct stat status{};
  BOOST_REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

} // namespace

BOOST_AUTO_TEST_SUITE(edit_docker_config_file)

BOOST_AUTO_TEST_CASE(changes_what_it_is_told_once) {
  const Home home(R"({"z": 1.0, "auths": {}})");
  BOOST_TEST(edit_docker_config(home.directory, install));
  const std::string text = read_file(home.file);
  BOOST_TEST(text == R"({"z": 1.0, "auths": {}, "aliases": {"builder": "nixbuild"}})");
  BOOST_TEST(!edit_docker_config(home.directory, install));
  BOOST_TEST(read_file(home.file) == text);
  BOOST_TEST(edit_docker_config(home.directory, uninstall));
  BOOST_TEST(!edit_docker_config(home.directory, uninstall));
  BOOST_TEST(read_file(home.file) == R"({"z": 1.0, "auths": {}})");
  BOOST_TEST(home.files() == 1U);
}

BOOST_AUTO_TEST_CASE(mode_stays) {
  const Home home("{}");
  for (const unsigned mode : {0600U, 0640U, 0444U}) {
    BOOST_REQUIRE(::chmod(home.file.c_str(), mode) == 0);
    BOOST_TEST(edit_docker_config(home.directory, install));
    BOOST_TEST(mode_of(home.file) == mode);
    BOOST_TEST(edit_docker_config(home.directory, uninstall));
  }
}

BOOST_AUTO_TEST_CASE(owner_stays) {
  if (::geteuid() != 0) return; // nobody else can give files away
  const Home home("{}");
  BOOST_REQUIRE(::chown(home.file.c_str(), 1234, 2345) == 0);
  BOOST_TEST(edit_docker_config(home.directory, install));
  struct stat status{};
  BOOST_REQUIRE(::stat(home.file.c_str(), &status) == 0);
  BOOST_TEST(status.st_uid == 1234U);
  BOOST_TEST(status.st_gid == 2345U);
}

BOOST_AUTO_TEST_CASE(links_stay_and_lead_to_the_changed_file) {
  const Home home("{}");
  const fs::path dotfiles = home.folder.path() / "dotfiles";
  fs::create_directory(dotfiles);
  fs::rename(home.file, dotfiles / "docker.json");
  fs::create_symlink("docker.json", dotfiles / "current.json");
  fs::create_symlink("../dotfiles/current.json", home.file);
  BOOST_TEST(edit_docker_config(home.directory, install));
  BOOST_TEST(fs::read_symlink(home.file).string() == "../dotfiles/current.json");
  BOOST_TEST(fs::read_symlink(dotfiles / "current.json").string() == "docker.json");
  BOOST_TEST(read_file(dotfiles / "docker.json").contains("nixbuild"));
  BOOST_TEST(home.files() == 1U);

  fs::remove(dotfiles / "docker.json"); // the link leads nowhere
  BOOST_TEST(edit_docker_config(home.directory, install));
  BOOST_TEST(read_file(dotfiles / "docker.json").contains("nixbuild"));

  fs::remove(home.file);
  fs::create_symlink("config.json", home.file);
  BOOST_CHECK_THROW(edit_docker_config(home.directory, install), Error);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_made_for_its_owner_alone) {
  const TempDir folder;
  const fs::path directory = folder.path() / "a" / "docker";
  BOOST_TEST(!edit_docker_config(directory, uninstall));
  BOOST_TEST(!fs::exists(directory));
  BOOST_TEST(edit_docker_config(directory, install));
  BOOST_TEST(mode_of(directory) == 0700U);
  BOOST_TEST(mode_of(directory / "config.json") == 0600U);
  BOOST_TEST(read_file(directory / "config.json") ==
             "{\n\t\"aliases\": {\n\t\t\"builder\": \"nixbuild\"\n\t}\n}\n");
}

BOOST_AUTO_TEST_CASE(what_the_cli_cannot_read_is_refused_and_left_alone) {
  for (const auto& [text, words] :
       {std::pair{"{\n  \"a\": 1,\n  oops\n}", "line 3, column 3"}, std::pair{"{\"a\": ", "line 1"},
        std::pair{"[]", "must be an object"},
        std::pair{R"({"plugins": {"x": {"y": true}}})", "plugins.x.y"},
        std::pair{R"({"aliases": "x"})", "aliases"}}) {
    BOOST_TEST_CONTEXT(text) {
      const Home home(text);
      BOOST_CHECK_EXCEPTION(edit_docker_config(home.directory, install), Error,
                            [&](const Error& error) {
                              BOOST_TEST_MESSAGE(error.message());
                              return error.kind() == ErrorKind::corrupt &&
                                     error.message().contains(home.file.string()) &&
                                     error.message().contains(words) && !error.hint().empty();
                            });
      BOOST_TEST(read_file(home.file) == text);
      BOOST_TEST(home.files() == 1U);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
