#include "process/runner.hpp"
#include "support/error.hpp"
#include "vm/probe.hpp"
#include "vm/recorded_guests.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::vm;

BOOST_AUTO_TEST_SUITE(probe)

BOOST_AUTO_TEST_CASE(guest_without_nix) {
  const Guest guest = parse_probe(testing::colima);
  BOOST_TEST(guest.kernel == "Linux");
  BOOST_TEST(guest.system() == "aarch64-linux");
  BOOST_TEST(guest.user == "me");
  BOOST_TEST(guest.os_id == "ubuntu");
  BOOST_TEST(guest.os_name == "Ubuntu 24.04.2 LTS");
  BOOST_CHECK(guest.init == Init::systemd);
  BOOST_CHECK(guest.rights == Rights::sudo);
  BOOST_TEST(guest.data_disks == std::vector<std::string>{"/mnt/lima-colima"},
             boost::test_tools::per_element());
  BOOST_TEST(guest.free_bytes.value() == 16384000ULL * 1024);
  BOOST_TEST(guest.fetcher.value() == "curl");
  BOOST_TEST(guest.rosetta);
  BOOST_TEST(guest.namespaces);
  BOOST_TEST(!guest.nixos);
  BOOST_TEST(guest.nix.program.empty());
  BOOST_TEST(guest.journal.empty());
  BOOST_TEST(!guest.root_in_memory());
}

BOOST_AUTO_TEST_CASE(guest_that_we_have_set_up) {
  const Guest guest = parse_probe(testing::set_up_colima);
  BOOST_TEST(guest.nix.works);
  BOOST_TEST(guest.nix.trusted);
  BOOST_TEST(guest.nix.version == "nix (Nix) 2.33.1");
  BOOST_TEST(guest.files.socket_active);
  BOOST_TEST(guest.files.receipt);
  BOOST_TEST(guest.journal.has("installed"));
  BOOST_TEST(guest.journal.all("made").size() == 2U);
  BOOST_TEST(guest.journal.saved == (std::vector<std::string>{"/etc/nix/docker-nixbuild.conf",
                                                              "/etc/nix/nix.custom.conf"}),
             boost::test_tools::per_element());
  BOOST_TEST(guest.files.includes.at("/etc/nix/nix.custom.conf").front() ==
             "!include docker-nixbuild.conf");
}

BOOST_AUTO_TEST_CASE(only_emulators_that_work_in_the_sandbox_count) {
  Guest guest = parse_probe(testing::colima);
  BOOST_TEST(guest.emulated_systems() == std::vector<std::string>{"x86_64-linux"},
             boost::test_tools::per_element());
  guest.emulators = {{.name = "rosetta", .enabled = true, .flags = "OC"},
                     {.name = "qemu-x86_64", .enabled = false, .flags = "OCF"},
                     {.name = "qemu-aarch64", .enabled = true, .flags = "F"}}; // its own
  BOOST_TEST(guest.emulated_systems().empty());
}

BOOST_AUTO_TEST_CASE(answer_that_was_cut_off_at_any_byte_is_none) {
  const std::string& whole = testing::colima;
  const std::size_t end = whole.find("probe=end\n") + std::string("probe=end").size();
  for (std::size_t length = 0; length < end; ++length)
    BOOST_CHECK_THROW((void)parse_probe(whole.substr(0, length)), Error);
  BOOST_TEST(parse_probe(whole.substr(0, end)).user == "me");
}

BOOST_AUTO_TEST_CASE(strange_values_are_no_crash) {
  const Guest guest = parse_probe("probe=begin\nkernel=Linux\r\nfree_kib=99999999999999999999\n"
                                  "emulator=\nemulator=x\ninclude=\nsaved=\nunknown=1\nno line\n=\n"
                                  "free_kib=18446744073709551615\nos.PRETTY_NAME=\"\nprobe=end");
  BOOST_TEST(guest.kernel == "Linux");
  BOOST_TEST(!guest.free_bytes.has_value());
}

BOOST_AUTO_TEST_CASE(guest_cannot_write_on_our_terminal) {
  const Guest guest = parse_probe("probe=begin\nos.PRETTY_NAME=\x1b[2Jx\x07\nprobe=end\n");
  BOOST_TEST(!guest.os_name.contains('\x1b'));
  BOOST_TEST(!guest.os_name.contains('\x07'));
}

BOOST_AUTO_TEST_CASE(this_machine_can_be_asked) {
  const auto runner = process::system_runner();
  const auto answer = process::capture(*runner, {.argv = probe_command()}, CancelToken());
  BOOST_TEST(answer.err == "");
  const Guest guest = parse_probe(answer.out);
  BOOST_TEST(!guest.user.empty());
  BOOST_TEST(!guest.root_type.empty());
  BOOST_TEST(guest.free_bytes.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
