#include "image/account_numbers.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::image;

namespace {

constexpr const char* passwd = "root:x:0:0::/root:/bin/sh\n"
                               "+@nis\n"
                               "dev:x:1000:100:Dev:/home/dev:/bin/bash\n"
                               "other:x:1001:100::/home/other:/bin/sh\n";
constexpr const char* group = "root:x:0:\nusers:x:100:other\nwheel:x:998:dev\n";

} // namespace

BOOST_AUTO_TEST_SUITE(account_numbers)

BOOST_AUTO_TEST_CASE(of_a_user_that_is_there) {
  const auto accounts = renumbered(passwd, group, {.user = "dev", .uid = 1234, .gid = 1235});
  BOOST_REQUIRE(accounts.has_value());
  BOOST_TEST(accounts->changed);
  BOOST_TEST(accounts->passwd == "root:x:0:0::/root:/bin/sh\n"
                                 "+@nis\n"
                                 "dev:x:1234:1235:Dev:/home/dev:/bin/bash\n"
                                 "other:x:1001:100::/home/other:/bin/sh\n");
  BOOST_TEST(accounts->group == "root:x:0:\nusers:x:1235:other\nwheel:x:998:dev\n");
  BOOST_TEST(accounts->home == "/home/dev");
  BOOST_TEST(accounts->uid == 1234U);
  BOOST_TEST(accounts->gid == 1235U);
}

BOOST_AUTO_TEST_CASE(a_group_of_somebody_else_stays) {
  const auto accounts = renumbered(passwd, group, {.user = "dev", .uid = 1234, .gid = 998});
  BOOST_REQUIRE(accounts.has_value());
  BOOST_TEST(accounts->passwd.contains("dev:x:1234:100:"));
  BOOST_TEST(accounts->group == group);
  BOOST_TEST(accounts->gid == 100U);
}

BOOST_AUTO_TEST_CASE(nothing_to_change) {
  BOOST_TEST(!renumbered(passwd, group, {.user = "dev", .uid = 1000, .gid = 100})->changed);
}

BOOST_AUTO_TEST_CASE(a_number_of_somebody_else_is_not_taken) {
  const auto accounts = renumbered(passwd, group, {.user = "dev", .uid = 1001, .gid = 100});
  BOOST_REQUIRE(!accounts.has_value());
  BOOST_TEST(accounts.error().contains("other"));
}

BOOST_AUTO_TEST_CASE(a_user_that_is_not_there_is_added) {
  const auto accounts = renumbered("", "", {.user = "dev", .uid = 1234, .gid = 1235});
  BOOST_REQUIRE(accounts.has_value());
  BOOST_TEST(accounts->passwd == "dev:x:1234:1235::/home/dev:/bin/sh\n");
  BOOST_TEST(accounts->group == "dev:x:1235:\n");
  BOOST_TEST(accounts->home == "/home/dev");
}

BOOST_AUTO_TEST_CASE(a_home_that_is_no_place_for_a_folder) {
  const auto home_of = [](const std::string& home) {
    return renumbered("dev:x:1:1::" + home + ":/bin/sh\n", "", {.user = "dev", .uid = 2, .gid = 2})
        ->home;
  };
  BOOST_TEST(home_of("/home/dev") == "/home/dev");
  for (const char* home : {"", "/", "relative", "/a/../b", "/nix/store/x", "/var/empty", "/a//b"})
    BOOST_TEST(home_of(home) == "", home);
}

BOOST_AUTO_TEST_SUITE_END()
