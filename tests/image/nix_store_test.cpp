#include "image/nix_store.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

namespace fs = std::filesystem;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::image::NixStore;

namespace {

bool is_corrupt(const Error& error) {
  return error.kind() == ErrorKind::corrupt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(nix_store)

BOOST_AUTO_TEST_CASE(store_path_is_one_name_below_the_store) {
  const NixStore store;
  BOOST_CHECK_NO_THROW(store.require_store_path("/nix/store/abc-hello"));
  for (const std::string path :
       {"/etc/passwd", "/nix/store", "/nix/store/", "/nix/store/.", "/nix/store/..",
        "/nix/store/a/b", "/nix/store/../etc", "/nix/storex/a", "nix/store/a", ""}) {
    BOOST_CHECK_EXCEPTION(store.require_store_path(path), Error, is_corrupt);
  }
  BOOST_CHECK_EXCEPTION(store.require_store_path(std::string_view("/nix/store/a\0b", 14)), Error,
                        is_corrupt);
}

BOOST_AUTO_TEST_CASE(files_are_found_below_the_root) {
  const nixbuild::TempDir directory;
  const fs::path store_dir = directory.path() / "nix/store";
  fs::create_directories(store_dir / "a");
  std::ofstream(store_dir / "a/file") << "x";
  const NixStore store{.root = directory.path().string()};
  BOOST_TEST(store.locate("/nix/store/a/file") == fs::canonical(store_dir / "a/file"));
  BOOST_CHECK_EXCEPTION((void)store.locate("/nix/store/a/none"), Error,
                        [](const Error& e) { return e.kind() == ErrorKind::not_found; });
}

BOOST_AUTO_TEST_CASE(links_and_dots_that_leave_the_store_are_refused) {
  const nixbuild::TempDir directory;
  const fs::path store_dir = directory.path() / "nix/store";
  fs::create_directories(store_dir / "a");
  std::ofstream(directory.path() / "secret") << "x";
  fs::create_symlink(directory.path(), store_dir / "link");
  const NixStore store{.root = directory.path().string()};
  BOOST_CHECK_EXCEPTION((void)store.locate("/nix/store/link/secret"), Error, is_corrupt);
  BOOST_CHECK_EXCEPTION((void)store.locate("/nix/store/../../secret"), Error, is_corrupt);
  BOOST_CHECK_EXCEPTION((void)store.locate("/secret"), Error, is_corrupt);
  BOOST_CHECK_EXCEPTION((void)store.locate("/nix/store/a/.."), Error, is_corrupt);
}

BOOST_AUTO_TEST_SUITE_END()
