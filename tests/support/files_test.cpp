#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace fs = std::filesystem;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::TempDir;

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(temp_dir_is_private_and_removed_with_its_content) {
  fs::path path;
  {
    const TempDir directory;
    path = directory.path();
    BOOST_TEST((fs::status(path).permissions() == fs::perms::owner_all));
    nixbuild::write_file_atomically(path / "inside", "x");
  }
  BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(written_file_reads_back_and_leaves_nothing_beside_it) {
  const TempDir directory;
  const fs::path file = directory.path() / "file";
  nixbuild::write_file_atomically(file, "old");
  nixbuild::write_file_atomically(file, "new");
  BOOST_TEST(nixbuild::read_file(file) == "new");
  BOOST_TEST(std::distance(fs::directory_iterator(directory.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(missing_file_is_not_found) {
  const TempDir directory;
  BOOST_CHECK_EXCEPTION((void)nixbuild::read_file(directory.path() / "none"), Error,
                        [](const Error& e) { return e.kind() == ErrorKind::not_found; });
}

BOOST_AUTO_TEST_CASE(file_over_the_limit_is_refused) {
  const TempDir directory;
  const fs::path file = directory.path() / "file";
  nixbuild::write_file_atomically(file, std::string(11, 'x'));
  BOOST_CHECK_EXCEPTION((void)nixbuild::read_file(file, 10), Error,
                        [](const Error& e) { return e.kind() == ErrorKind::corrupt; });
}

BOOST_AUTO_TEST_CASE(writing_where_nothing_can_be_written_names_the_file) {
  const TempDir directory;
  const fs::path file = directory.path() / "none" / "file";
  BOOST_CHECK_EXCEPTION(nixbuild::write_file_atomically(file, "x"), Error, [&](const Error& e) {
    return e.message().find(file.string()) != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
