#include "support/error.hpp"
#include "vm/probe.hpp"
#include "vm/recorded_guests.hpp"
#include "vm/settings.hpp"
#include "vm/setup_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace nixbuild;
using namespace nixbuild::vm;

namespace {

const Installer file{.path = "/opt/nix-installer-aarch64-linux", .size = 1000};

std::vector<std::string> words_of(const SetupPlan& plan) {
  std::vector<std::string> words;
  for (const Step& step : plan.steps)
    words.push_back(step.what);
  return words;
}

// argv of the step, as one text.
std::string line_of(const SetupPlan& plan, std::string_view what) {
  const auto step = std::ranges::find(plan.steps, what, &Step::what);
  BOOST_REQUIRE_MESSAGE(step != plan.steps.end(), what);
  std::string line;
  for (const std::string& word : step->argv)
    line += word + " ";
  return line;
}

bool fails_with(const Guest& guest, const SetupWish& wish, ErrorKind kind, std::string_view words) {
  try {
    (void)plan_setup(guest, wish);
  } catch (const Error& error) {
    return error.kind() == kind && (error.message() + error.hint()).contains(words);
  }
  return false;
}

void check_words(const SetupPlan& plan, const std::vector<std::string>& expected) {
  BOOST_TEST(words_of(plan) == expected, boost::test_tools::per_element());
}

Guest set_up() {
  Guest guest = parse_probe(testing::set_up_colima);
  guest.settings = settings_for(guest);
  return guest;
}

} // namespace

BOOST_AUTO_TEST_SUITE(setup_plan)

BOOST_AUTO_TEST_CASE(systemd_gets_a_daemon) {
  const SetupPlan plan = plan_setup(parse_probe(testing::colima), {.installer = file});
  BOOST_CHECK(plan.approach == Approach::daemon);
  check_words(plan, {"copy the installer nix-installer-aarch64-linux to the machine (1.00kB)",
                     "install Nix for all users", "write settings to /etc/nix/docker-nixbuild.conf",
                     "include them in /etc/nix/nix.custom.conf", "let the daemon read them"});
  BOOST_TEST(line_of(plan, "install Nix for all users").contains("install linux --no-confirm"));
  BOOST_TEST(!line_of(plan, "install Nix for all users").contains("--init"));
  BOOST_TEST(plan.steps.front().upload.has_value());
  BOOST_TEST(plan.notes.size() == 2U); // trust, and what colima delete takes
}

BOOST_AUTO_TEST_CASE(without_a_file_the_machine_fetches_the_installer_by_what_it_has) {
  Guest guest = parse_probe(testing::colima);
  const char* const fetch = "fetch https://artifacts.nixos.org/nix-installer";
  BOOST_TEST(line_of(plan_setup(guest, {}), fetch).contains("curl -sSfL"));
  guest.fetcher = "wget";
  BOOST_TEST(line_of(plan_setup(guest, {}), fetch).contains("wget -q"));
  guest.fetcher.reset();
  BOOST_TEST(fails_with(guest, {}, ErrorKind::not_found, "nix-installer-aarch64-linux"));
}

BOOST_AUTO_TEST_CASE(what_was_done_is_not_done_again) {
  const SetupPlan plan = plan_setup(set_up(), {.installer = file});
  BOOST_CHECK(plan.approach == Approach::present);
  BOOST_TEST(plan.steps.empty());
  BOOST_TEST(plan.notes.empty());
}

BOOST_AUTO_TEST_CASE(settings_follow_the_machine) {
  Guest guest = set_up();
  guest.emulators.clear(); // Rosetta was turned off
  check_words(plan_setup(guest, {}),
              {"write settings to /etc/nix/docker-nixbuild.conf", "let the daemon read them"});
  guest = set_up();
  guest.files.includes["/etc/nix/nix.custom.conf"].clear();
  check_words(plan_setup(guest, {}),
              {"include them in /etc/nix/nix.custom.conf", "let the daemon read them"});
}

BOOST_AUTO_TEST_CASE(daemon_that_sleeps_is_woken) {
  Guest guest = set_up();
  guest.files.socket_active = false;
  guest.nix.works = false;
  check_words(plan_setup(guest, {}), {"start the daemon"});
}

BOOST_AUTO_TEST_CASE(installation_that_did_not_end_is_taken_away_first) {
  Guest guest = set_up();
  guest.nix = {};
  const SetupPlan plan = plan_setup(guest, {.installer = file});
  BOOST_TEST(words_of(plan).front() ==
             "take away what is left of an installation that did not end");
  BOOST_TEST(line_of(plan, words_of(plan).front()) == "/nix/nix-installer uninstall --no-confirm ");
}

BOOST_AUTO_TEST_CASE(broken_nix_of_others_is_left_alone) {
  Guest guest = parse_probe(testing::colima);
  guest.nix = {.program = "/usr/bin/nix", .version = "2.18", .failure = "error: no store"};
  BOOST_TEST(fails_with(guest, {}, ErrorKind::failed, "error: no store"));
}

BOOST_AUTO_TEST_CASE(nix_of_a_distribution_gets_settings_in_its_own_file) {
  Guest guest = parse_probe(testing::colima);
  guest.nix = {.program = "/usr/bin/nix", .version = "2.26.3", .works = true};
  guest.files.socket_unit = guest.files.socket_active = true;
  check_words(plan_setup(guest, {}),
              {"write settings to /etc/nix/docker-nixbuild.conf",
               "include them in /etc/nix/nix.conf", "let the daemon read them"});
}

BOOST_AUTO_TEST_CASE(each_kind_of_guest) {
  Guest guest = parse_probe(testing::alpine);
  BOOST_CHECK(approach_for(guest) == Approach::container);
  guest.root_type = "ext4";
  BOOST_CHECK(approach_for(guest) == Approach::daemon);
  guest.init = Init::other;
  BOOST_CHECK(approach_for(guest) == Approach::container);
  guest.rights = Rights::root;
  BOOST_CHECK(approach_for(guest) == Approach::root_only);
  guest.rights = Rights::none;
  guest.init = Init::systemd;
  BOOST_CHECK(approach_for(guest) == Approach::container);
  guest.rights = Rights::sudo;
  guest.ostree = true;
  BOOST_CHECK(approach_for(guest) == Approach::ostree);
  guest.nixos = true;
  BOOST_CHECK(approach_for(guest) == Approach::managed);
  guest.kernel = "Darwin";
  BOOST_TEST(fails_with(guest, {}, ErrorKind::invalid_input, "Darwin"));
}

BOOST_AUTO_TEST_CASE(ostree_and_openrc_are_told_to_the_installer) {
  Guest guest = parse_probe(testing::colima);
  guest.ostree = true;
  BOOST_TEST(line_of(plan_setup(guest, {}), "install Nix for all users")
                 .contains("install ostree --no-confirm"));
  guest = parse_probe(testing::alpine);
  guest.root_type = "ext4";
  const SetupPlan plan = plan_setup(guest, {});
  BOOST_TEST(line_of(plan, "install Nix for all users").contains("--init none"));
  BOOST_TEST(line_of(plan, "write the daemon's service").contains("/etc/init.d/nix-daemon"));
  BOOST_TEST(line_of(plan, "start the daemon").contains("rc-update add nix-daemon"));
}

BOOST_AUTO_TEST_CASE(store_on_the_data_disk) {
  Guest guest = parse_probe(testing::colima);
  SetupPlan plan = plan_setup(guest, {.persist = true});
  BOOST_TEST(words_of(plan).at(0) == "keep /nix on the data disk /mnt/lima-colima");
  BOOST_TEST(plan.steps.at(0).text.contains("mount --bind /mnt/lima-colima/nix /nix"));
  BOOST_TEST(words_of(plan).at(1) == "mount it");
  BOOST_TEST(words_of(plan).at(2).starts_with("fetch"));

  guest.store_on_disk = "/mnt/lima-colima"; // colima delete, colima start
  plan = plan_setup(guest, {.persist = true});
  BOOST_TEST(words_of(plan).at(2).contains("set aside the receipt"));
  BOOST_TEST(!line_of(plan, "install Nix for all users").contains("made the store"));

  BOOST_TEST(
      fails_with(set_up(), {.persist = true}, ErrorKind::invalid_input, "root disk already"));
  Guest kept = set_up();
  kept.journal.entries.emplace_back("persisted /mnt/lima-colima");
  BOOST_TEST(plan_setup(kept, {.persist = true}).steps.empty());
  guest.data_disks.clear();
  BOOST_TEST(fails_with(guest, {.persist = true}, ErrorKind::invalid_input, "no data disk"));
  BOOST_TEST(fails_with(parse_probe(testing::alpine), {.persist = true}, ErrorKind::invalid_input,
                        "--persist"));
}

BOOST_AUTO_TEST_CASE(all_of_it_is_taken_back_the_other_way_round) {
  Guest guest = set_up();
  guest.journal.entries.emplace_back("persisted /mnt/lima-colima");
  guest.journal.saved.emplace_back("/etc/systemd/system/docker-nixbuild-nix.service");
  check_words(plan_removal(guest),
              {"make /etc/nix/docker-nixbuild.conf what it was",
               "make /etc/nix/nix.custom.conf what it was",
               "uninstall Nix, and all that is in its store",
               "take /nix off the data disk /mnt/lima-colima",
               "make /etc/systemd/system/docker-nixbuild-nix.service what it was",
               "let systemd know", "forget what was done"});
}

BOOST_AUTO_TEST_CASE(nix_of_others_stays) {
  Guest guest = set_up();
  std::erase(guest.journal.entries, "installed");
  std::erase(guest.journal.entries, "made the store");
  guest.journal.entries.emplace_back("enabled nix-daemon.socket");
  const SetupPlan plan = plan_removal(guest);
  check_words(plan, {"stop the daemon", "make /etc/nix/docker-nixbuild.conf what it was",
                     "make /etc/nix/nix.custom.conf what it was",
                     "let the daemon read its settings", "forget what was done"});
}

BOOST_AUTO_TEST_CASE(what_we_never_touched_is_left_alone) {
  Guest guest = set_up();
  guest.journal = {};
  BOOST_TEST(plan_removal(guest).steps.empty());
}

BOOST_AUTO_TEST_CASE(installation_that_was_killed_has_no_uninstaller) {
  Guest guest = set_up();
  guest.files.installer = false;
  const SetupPlan plan = plan_removal(guest);
  BOOST_TEST(line_of(plan, "remove what is in /nix").contains("find /nix -mindepth 1 -delete"));
}

BOOST_AUTO_TEST_SUITE_END()
