#include "doctor/machine_list.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::doctor;

BOOST_AUTO_TEST_SUITE(machine_list)

BOOST_AUTO_TEST_CASE(line_of_nix_darwin) {
  const auto machines =
      parse_machine_list("# builders\nssh-ng://builder@linux-builder aarch64-linux,x86_64-linux "
                         "/etc/nix/builder_ed25519 1 1 kvm,benchmark,big-parallel - c3NoLWVk\n\n");
  BOOST_REQUIRE_EQUAL(machines.size(), 1U);
  BOOST_TEST(machines[0].host() == "linux-builder");
  BOOST_TEST(!machines[0].port().has_value());
  BOOST_TEST(machines[0].systems.size() == 2U);
  BOOST_TEST(machines[0].key == "/etc/nix/builder_ed25519");
  BOOST_TEST(machines[0].host_key);
}

BOOST_AUTO_TEST_CASE(value_of_builders) {
  const auto machines = parse_machine_list("@/etc/nix/machines ; ssh-ng://builder@localhost:31022 "
                                           "aarch64-linux - 4;ssh://[::1]:22/x?a=b # last");
  BOOST_REQUIRE_EQUAL(machines.size(), 2U);
  BOOST_TEST(machines[0].host() == "localhost");
  BOOST_TEST(machines[0].port().value_or("") == "31022");
  BOOST_TEST(machines[0].key.empty());
  BOOST_TEST(!machines[0].host_key);
  BOOST_TEST(machines[1].host() == "::1");
  BOOST_TEST(machines[1].port().value_or("") == "22");
  BOOST_TEST(machines[1].systems.empty());
}

BOOST_AUTO_TEST_CASE(port_in_options_is_none) {
  const auto machines =
      parse_machine_list("ssh-ng://builder@localhost?ssh-options=-p%2031022 aarch64-linux");
  BOOST_REQUIRE_EQUAL(machines.size(), 1U);
  BOOST_TEST(machines[0].host() == "localhost");
  BOOST_TEST(!machines[0].port().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
