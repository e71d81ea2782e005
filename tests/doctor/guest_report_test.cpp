#include "doctor/guest_report.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::doctor;

namespace {

// As the script prints it in a machine of Colima's with Rosetta.
constexpr const char* report = R"(machine aarch64
user 501 me
nix /nix/var/nix/profiles/default/bin/nix
nix-version nix (Nix) 2.34.8
setting experimental-features = flakes nix-command
setting extra-platforms =
setting sandbox = true
setting trusted-users = root
store-info {"trusted":false,"url":"daemon","version":"2.34.8"}
daemon-socket
daemon-unit active
store-owner 0
disk / /dev/vda1 20134592 9123456 10994752 46% /
disk /nix /dev/vda1 20134592 9123456 10994752 46% /
mount /dev/vda1 / ext4 rw,relatime 0 0
mount mount0 /Users/me virtiofs ro,relatime 0 0
mount tmpfs /a\040b tmpfs rw 0 0
binfmt rosetta enabled interpreter /mnt/lima-rosetta/rosetta flags: OCF offset 0
binfmt qemu-x86_64 disabled interpreter /usr/bin/qemu-x86_64 flags: OC offset 0
xz
tmp 1777
source-seen
something else that nobody knows
cache https://cache.nixos.org 200
cache https://me.cachix.org curl: (6) Could not resolve host: me.cachix.org 000
netrc-machine me.cachix.org
engine-id abc
)";

} // namespace

BOOST_AUTO_TEST_SUITE(guest_report)

BOOST_AUTO_TEST_CASE(all_that_is_known_is_read) {
  const Guest guest = parse_guest_report(report);
  BOOST_TEST(guest.machine == "aarch64");
  BOOST_TEST(guest.user_id == 501);
  BOOST_TEST(guest.user == "me");
  BOOST_TEST(guest.nix == "/nix/var/nix/profiles/default/bin/nix");
  BOOST_TEST(!guest.nix_in_path);
  BOOST_TEST(guest.nix_commands);
  BOOST_TEST(guest.nix_version == "nix (Nix) 2.34.8");
  BOOST_TEST(guest.setting("sandbox") == "true");
  BOOST_TEST(guest.setting("extra-platforms") == "");
  BOOST_TEST(guest.setting_has("experimental-features", "flakes"));
  BOOST_TEST(!guest.setting_has("experimental-features", "flake"));
  BOOST_TEST(!guest.trusted.value());
  BOOST_TEST(guest.daemon_unit == "active");
  BOOST_TEST(guest.disks.at("/nix").bytes == 20134592ULL * 1024);
  BOOST_TEST(guest.disks.at("/nix").free_bytes == 10994752ULL * 1024);
  BOOST_TEST(guest.tmp_permissions.value() == 01777U);
  BOOST_TEST(guest.xz);
  BOOST_TEST(!guest.kvm);
  BOOST_TEST(guest.source_seen);
  BOOST_TEST(!guest.source_writable);
  BOOST_TEST(guest.engine_id == "abc");
}

BOOST_AUTO_TEST_CASE(mounts_are_found_by_path) {
  const Guest guest = parse_guest_report(report);
  BOOST_TEST(guest.mount_of("/nix")->type == "ext4");
  BOOST_TEST(guest.mount_of("/Users/me/project")->type == "virtiofs");
  BOOST_TEST(guest.mount_of("/Users/me/project")->read_only);
  BOOST_TEST(guest.mount_of("/Users/mean")->path == "/");
  BOOST_TEST(guest.mount_of("/a b")->type == "tmpfs");
  BOOST_TEST((parse_guest_report("").mount_of("/") == nullptr));
}

BOOST_AUTO_TEST_CASE(emulators_and_caches_are_listed) {
  const Guest guest = parse_guest_report(report);
  BOOST_REQUIRE_EQUAL(guest.emulators.size(), 2U);
  BOOST_TEST(guest.emulators[0].enabled);
  BOOST_TEST(guest.emulators[0].fixed);
  BOOST_TEST(guest.emulators[0].interpreter == "/mnt/lima-rosetta/rosetta");
  BOOST_TEST(!guest.emulators[1].enabled);
  BOOST_TEST(!guest.emulators[1].fixed);
  BOOST_REQUIRE_EQUAL(guest.caches.size(), 2U);
  BOOST_TEST(guest.caches[0].status == 200);
  BOOST_TEST(guest.caches[1].status == 0);
  BOOST_TEST(guest.caches[1].words == "curl: (6) Could not resolve host: me.cachix.org");
  BOOST_TEST(guest.netrc_machines == std::vector<std::string>{"me.cachix.org"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(trust_is_told_in_several_ways) {
  BOOST_TEST(parse_guest_report("store-info {\"trusted\":1}").trusted.value());
  BOOST_TEST(parse_guest_report("store-info {\"trusted\": true}").trusted.value());
  BOOST_TEST(!parse_guest_report("store-info {\"trusted\":0}").trusted.value());
  BOOST_TEST(!parse_guest_report("store-info {\"trusted\":null}").trusted.has_value());
  BOOST_TEST(!parse_guest_report("store-info {}").trusted.has_value());
}

BOOST_AUTO_TEST_CASE(report_that_is_cut_anywhere_is_read) {
  const std::string_view text = report;
  for (std::size_t end = 0; end <= text.size(); ++end)
    BOOST_TEST(parse_guest_report(text.substr(0, end)).mounts.size() <= 3U);
}

BOOST_AUTO_TEST_SUITE_END()
