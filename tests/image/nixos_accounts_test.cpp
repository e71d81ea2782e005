#include "image/nixos_accounts.hpp"

#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;

namespace {

image::NixosAccounts accounts(std::string_view json) {
  auto parsed = image::parse_nixos_accounts(json);
  BOOST_REQUIRE(parsed.has_value());
  return *parsed;
}

// Shaped as nixpkgs writes it.
constexpr std::string_view users_groups = R"({
  "groups": [
    {"gid": 0, "members": [], "name": "root"},
    {"gid": 318, "members": [], "name": "shadow"},
    {"gid": 100, "members": [], "name": "users"},
    {"gid": 1, "members": ["dev", "later", "stranger"], "name": "wheel"},
    {"gid": null, "members": [], "name": "dev"},
    {"gid": null, "members": [], "name": "sshd"}
  ],
  "mutableUsers": true,
  "users": [
    {"createHome": true, "description": "", "group": "dev", "hashedPassword": null,
     "home": "/home/dev", "homeMode": "750", "initialHashedPassword": "$6$abc",
     "initialPassword": null, "isSystemUser": false, "name": "dev", "passwordFile": null,
     "shell": "/run/current-system/sw/bin/bash", "uid": null},
    {"createHome": true, "description": "Later", "group": "users", "hashedPassword": "$y$x",
     "home": "/home/later", "homeMode": "700", "isSystemUser": false, "name": "later",
     "hashedPasswordFile": "/run/keys/later", "shell": "/run/current-system/sw/bin/zsh",
     "uid": 1000},
    {"createHome": false, "description": "System administrator", "group": "root",
     "home": "/root", "homeMode": "700", "isSystemUser": false, "name": "root",
     "shell": "/run/current-system/sw/bin/bash", "uid": 0},
    {"createHome": false, "description": "SSH", "group": "sshd", "home": "/var/empty",
     "isSystemUser": true, "name": "sshd", "shell": "/run/current-system/sw/bin/nologin",
     "uid": null}
  ]
})";

} // namespace

BOOST_AUTO_TEST_SUITE(nixos_accounts)

BOOST_AUTO_TEST_CASE(people_get_the_numbers_that_activation_would_give) {
  const image::NixosAccounts found = accounts(users_groups);
  BOOST_TEST(image::passwd_text(found.users) ==
             "dev:x:1001:999::/home/dev:/run/current-system/sw/bin/bash\n"
             "later:x:1000:100:Later:/home/later:/run/current-system/sw/bin/zsh\n"
             "root:x:0:0:System administrator:/root:/run/current-system/sw/bin/bash\n");
  BOOST_TEST(image::group_text(found.groups) == "root:x:0:\n"
                                                "shadow:x:318:\n"
                                                "users:x:100:\n"
                                                "wheel:x:1:dev,later\n"
                                                "dev:x:999:\n");
}

BOOST_AUTO_TEST_CASE(people_have_homes) {
  const image::NixosAccounts found = accounts(users_groups);
  BOOST_REQUIRE(found.homes.size() == 2U);
  BOOST_TEST(found.homes[0].path == "/home/dev");
  BOOST_TEST(found.homes[0].mode == 0750U);
  BOOST_TEST(found.homes[0].uid == 1001U);
  BOOST_TEST(found.homes[0].gid == 999U);
  BOOST_TEST(found.homes[1].mode == 0700U);
}

BOOST_AUTO_TEST_CASE(declared_hashes_are_not_lost_and_files_are_left_to_activation) {
  const image::NixosAccounts found = accounts(users_groups);
  BOOST_TEST(found.shadow == "dev:$6$abc:1::::::\n");
  BOOST_TEST(found.shadow_gid == 318U);
}

BOOST_AUTO_TEST_CASE(userborn_tells_people_in_another_way) {
  const image::NixosAccounts found = accounts(R"({
    "groups": [{"name": "users", "gid": 100, "members": []}],
    "users": [
      {"name": "dev", "uid": null, "group": "users", "description": "", "home": "/home/dev",
       "isNormal": true, "shell": "/bin/bash"},
      {"name": "service", "uid": null, "group": "users", "isNormal": false}
    ]})");
  BOOST_TEST(image::passwd_text(found.users) == "dev:x:1000:100::/home/dev:/bin/bash\n");
  BOOST_TEST(found.homes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(unknown_group_is_nobodys) {
  const auto found =
      accounts(R"({"groups": [], "users": [{"name": "a", "uid": 5, "group": "x"}]})");
  BOOST_TEST(found.users.at(0).gid == 65534U);
}

BOOST_AUTO_TEST_CASE(unsound_accounts_are_left_out) {
  const auto found = accounts(R"({
    "groups": [{"name": "g", "gid": 7, "members": [3, "a"]}, {"gid": 8}, "text", {"name": "a:b", "gid": 9}],
    "users": [
      "text", {"uid": 1, "group": "g"}, {"name": "a\nroot2", "uid": 2, "group": "g"},
      {"name": "negative", "uid": -1, "group": "g", "isSystemUser": true},
      {"name": "huge", "uid": 4294967295, "group": "g", "isSystemUser": true},
      {"name": "word", "uid": "3", "group": "g", "isSystemUser": true},
      {"name": "a", "uid": 3, "group": "g", "home": "/home/x\ny", "shell": 7}
    ]})");
  BOOST_TEST(image::passwd_text(found.users) == "a:x:3:7:::\n");
  BOOST_TEST(image::group_text(found.groups) == "g:x:7:a\n");
}

BOOST_AUTO_TEST_CASE(homes_outside_of_the_usual_are_not_made) {
  for (const char* home : {"/", "", "relative", "/var/empty", "/nix/store/a-b", "/home/../etc",
                           "/home//x", "/home/x/"}) {
    const auto found = accounts(R"({"groups": [{"name": "g", "gid": 7}], "users": [{"name": "a",
      "uid": 1000, "group": "g", "createHome": true, "home": ")" +
                                std::string(home) + "\"}]}");
    BOOST_TEST(found.homes.empty(), home);
  }
}

BOOST_AUTO_TEST_CASE(other_json_is_not_taken_for_accounts) {
  for (const char* text :
       {"", "[]", "{}", "{\"users\": []}", "{\"users\": {}, \"groups\": []}", "{"})
    BOOST_TEST(!image::parse_nixos_accounts(text).has_value(), text);
  BOOST_TEST(!image::parse_nixos_accounts(std::string(100'000, '[')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
