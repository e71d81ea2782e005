#include "vm/probe.hpp"
#include "vm/recorded_guests.hpp"
#include "vm/settings.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::vm;

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(fit_the_guest) {
  const std::string text = settings_for(parse_probe(testing::colima));
  for (const char* line :
       {"\nextra-experimental-features = nix-command flakes\n", "\nextra-trusted-users = me\n",
        "\nsandbox = true\n", "\nsandbox-fallback = false\n",
        "\nextra-extra-platforms = x86_64-linux\n", "\nextra-sandbox-paths = /mnt/lima-rosetta?\n",
        "\nbuilders-use-substitutes = true\n", "\nmin-free = 1073741824\n",
        "\nmax-free = 3221225472\n"})
    BOOST_TEST(text.contains(line), line);
}

BOOST_AUTO_TEST_CASE(have_nothing_that_the_guest_does_not) {
  Guest guest = parse_probe(testing::alpine);
  guest.user = "root";
  guest.namespaces = false;
  const std::string text = settings_for(guest);
  for (const char* word : {"trusted-users", "sandbox", "platforms", "rosetta"})
    BOOST_TEST(!text.contains(word), word);
}

BOOST_AUTO_TEST_CASE(ones_own_nix_without_a_daemon_may_build_without_a_sandbox) {
  Guest guest = parse_probe(testing::colima);
  guest.nix = {.program = "/home/me/.nix-profile/bin/nix", .version = "2.18", .works = true};
  BOOST_TEST(guest.single_user());
  BOOST_TEST(!settings_for(guest).contains("sandbox = true"));
  BOOST_TEST(!settings_for(guest).contains("trusted"));
}

BOOST_AUTO_TEST_CASE(name_that_would_be_more_than_one_word_is_not_trusted) {
  Guest guest = parse_probe(testing::colima);
  for (const char* name : {"me you", "*\nsandbox = false", "", "me#"}) {
    guest.user = name;
    BOOST_TEST(!trusts_user(guest));
    BOOST_TEST(!settings_for(guest).contains("trusted-users"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
