#include "nix/emulation.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using nix::Emulation;

namespace {

std::string registration(const std::string& state, const std::string& flags) {
  return state + "\ninterpreter /usr/bin/emulator\nflags: " + flags +
         "\noffset 0\nmagic 7f454c46\n";
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(Emulation)

BOOST_AUTO_TEST_SUITE(emulation)

BOOST_AUTO_TEST_CASE(told_by_what_is_registered) {
  const TempDir binfmt;
  BOOST_TEST(nix::emulation_of("aarch64-linux", binfmt.path()) == Emulation::none);
  write_file_atomically(binfmt.path() / "qemu-aarch64", registration("enabled", "POCF"));
  BOOST_TEST(nix::emulation_of("aarch64-linux", binfmt.path()) == Emulation::everywhere);
  BOOST_TEST(nix::emulation_of("x86_64-linux", binfmt.path()) == Emulation::none);
  write_file_atomically(binfmt.path() / "qemu-aarch64", registration("disabled", "F"));
  BOOST_TEST(nix::emulation_of("aarch64-linux", binfmt.path()) == Emulation::none);
}

BOOST_AUTO_TEST_CASE(one_that_is_not_fixed_is_not_seen_in_a_sandbox) {
  const TempDir binfmt;
  write_file_atomically(binfmt.path() / "rosetta", registration("enabled", "OC"));
  BOOST_TEST(nix::emulation_of("x86_64-linux", binfmt.path()) == Emulation::outside_of_sandbox);
  write_file_atomically(binfmt.path() / "qemu-x86_64", registration("enabled", "F"));
  BOOST_TEST(nix::emulation_of("x86_64-linux", binfmt.path()) == Emulation::everywhere);
}

BOOST_AUTO_TEST_CASE(names_tell_the_system) {
  BOOST_TEST(nix::system_of_emulator("rosetta") == "x86_64-linux");
  BOOST_TEST(nix::system_of_emulator("qemu-aarch64") == "aarch64-linux");
  BOOST_TEST(nix::system_of_emulator("qemu-s390x") == "");
}

BOOST_AUTO_TEST_SUITE_END()
