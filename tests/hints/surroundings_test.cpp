#include "hints/surroundings.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

#include <sys/stat.h>

namespace fs = std::filesystem;
using nixbuild::TempDir;
using nixbuild::write_file_atomically;
using nixbuild::hints::surroundings_of;

BOOST_AUTO_TEST_SUITE(surroundings)

BOOST_AUTO_TEST_CASE(files_of_ours_are_seen) {
  const TempDir folder;
  BOOST_TEST(!surroundings_of(folder.path()).flake);
  BOOST_TEST(!surroundings_of(folder.path()).compose);
  write_file_atomically(folder.path() / "flake.nix", "{}");
  fs::create_symlink("/nix/store/gone", folder.path() / "result");
  write_file_atomically(folder.path() / "docker-compose.yml", "services: {}\nx-nixbuild: {}\n");
  const auto found = surroundings_of(folder.path());
  BOOST_TEST(found.flake);
  BOOST_TEST(found.result);
  BOOST_TEST(found.compose);
  BOOST_TEST(found.extension);
  BOOST_TEST(!found.provider);
}

BOOST_AUTO_TEST_CASE(the_first_compose_file_counts) {
  const TempDir folder;
  write_file_atomically(folder.path() / "compose.yaml",
                        "services: {a: {provider: {type: nixbuild}}}\n# x-nixbuild: no\n");
  write_file_atomically(folder.path() / "docker-compose.yml", "x-nixbuild: {}\n");
  BOOST_TEST(surroundings_of(folder.path()).provider);
  BOOST_TEST(!surroundings_of(folder.path()).extension);
}

BOOST_AUTO_TEST_CASE(nothing_makes_it_wait_or_fail) {
  const TempDir folder;
  BOOST_REQUIRE(::mkfifo((folder.path() / "compose.yaml").c_str(), 0600) == 0);
  fs::create_directory(folder.path() / "flake.nix");
  BOOST_TEST(!surroundings_of(folder.path()).flake);
  BOOST_TEST(!surroundings_of(folder.path()).compose);
  write_file_atomically(folder.path() / "compose.yml", std::string(2U << 20U, '#'));
  BOOST_TEST(!surroundings_of(folder.path()).extension);
  BOOST_TEST(!surroundings_of(folder.path() / "gone").flake);
}

BOOST_AUTO_TEST_SUITE_END()
