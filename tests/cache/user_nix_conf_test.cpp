#include "cache/cachix_login.hpp"
#include "cache/user_nix_conf.hpp"
#include "cache_fixture.hpp"
#include "support/files.hpp"

#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::cache;
using testing::check_error;

namespace fs = std::filesystem;

namespace {

struct Home {
  TempDir folder;
  Environment environment{{{"HOME", folder.path().string()}, {"NIX_CONF_DIR", "/nonexistent"}}};
  fs::path conf = folder.path() / ".config/nix/nix.conf";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(user_nix_confs, Home)

BOOST_AUTO_TEST_CASE(lines_are_added_once) {
  BOOST_TEST(user_nix_conf(environment) == conf);
  BOOST_TEST(add_to_nix_conf(conf, {"a = 1", "b = 2"}));
  BOOST_TEST(!add_to_nix_conf(conf, {"b = 2"}));
  write_file_atomically(conf, "c = 3");
  BOOST_TEST(add_to_nix_conf(conf, {"b = 2", "c = 3"}));
  BOOST_TEST(read_file(conf) == "c = 3\nb = 2\n");
}

BOOST_AUTO_TEST_CASE(a_link_stays) {
  fs::create_directories(conf.parent_path());
  write_file_atomically(folder.path() / "made", "a = 1\n");
  fs::create_symlink(folder.path() / "made", conf);
  BOOST_TEST(!add_to_nix_conf(conf, {"a = 1"}));
  check_error([&] { add_to_nix_conf(conf, {"b = 2"}); }, ErrorKind::refused, "link");
  BOOST_TEST(read_file(conf) == "a = 1\n");
}

BOOST_AUTO_TEST_CASE(logins) {
  const fs::path file = remember_login("c.example", {.login = "me", .password = "1"}, environment);
  BOOST_TEST(read_file(conf) == format("netrc-file = {}\n", file.string()));
  BOOST_TEST((fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
  remember_login("d.example", {.login = {}, .password = "2"}, environment);
  BOOST_TEST((remember_login("c.example", {.login = "me", .password = "3"}, environment) == file));
  BOOST_TEST(read_file(file) == "machine c.example login me password 3\n"
                                "machine d.example password 2\n");
}

BOOST_AUTO_TEST_CASE(what_cachix_reads) {
  CachixLogin login{
      .token = "token", .signing_keys = {{"a", "k1"}, {"b", "k2"}}, .any_signing_key = {}};
  const CachixLogin read = parse_cachix_dhall(cachix_dhall(login), "file");
  BOOST_TEST(read.token == "token");
  BOOST_TEST(read.host == login.host);
  BOOST_TEST((read.signing_keys == login.signing_keys));
  login.signing_keys.clear();
  BOOST_TEST(parse_cachix_dhall(cachix_dhall(login), "file").signing_keys.empty());
}

BOOST_AUTO_TEST_SUITE_END()
