#include "fakes/fake_runner.hpp"
#include "fakes/recording_reporter.hpp"
#include "vm/probe.hpp"
#include "vm/recorded_guests.hpp"
#include "vm/set_up.hpp"
#include "vm/shell_line.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::vm;

namespace {

const GuestPlace place{.argv = {"ssh", "vm"}, .peer = "the machine"};

Step step_of(const std::string& what) {
  return {.what = what, .argv = {"do", what}, .upload = {}, .text = {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(set_up)

BOOST_AUTO_TEST_CASE(steps_are_done_in_order_as_root) {
  fakes::FakeRunner runner;
  fakes::RecordingReporter reporter;
  runner.on({"ssh"}, {.out = ""});
  carry_out({.steps = {step_of("one"), step_of("two")}}, parse_probe(testing::colima), place,
            runner, reporter, CancelToken());
  BOOST_REQUIRE_EQUAL(runner.started.size(), 2U);
  BOOST_TEST(runner.started[0].argv.back() == shell_line({"sudo", "-n", "--", "do", "one"}));
  BOOST_TEST(runner.started[1].argv.back() == shell_line({"sudo", "-n", "--", "do", "two"}));
}

BOOST_AUTO_TEST_CASE(root_needs_no_sudo) {
  fakes::FakeRunner runner;
  fakes::RecordingReporter reporter;
  runner.on({"ssh"}, {.out = ""});
  Guest guest = parse_probe(testing::colima);
  guest.rights = Rights::root;
  carry_out({.steps = {step_of("one")}}, guest, place, runner, reporter, CancelToken());
  BOOST_TEST(runner.started[0].argv.back() == shell_line({"do", "one"}));
}

BOOST_AUTO_TEST_CASE(first_failure_ends_it_in_the_words_of_the_guest) {
  fakes::FakeRunner runner;
  fakes::RecordingReporter reporter;
  runner.on({"ssh"}, fakes::failing("no room"));
  BOOST_CHECK_EXCEPTION(
      carry_out({.steps = {step_of("one"), step_of("two")}}, parse_probe(testing::colima), place,
                runner, reporter, CancelToken()),
      Error, [](const Error& error) {
        return error.message() == "\"one\" failed on the machine" &&
               error.detail().contains("no room") && error.hint().contains("--uninstall");
      });
  BOOST_TEST(runner.started.size() == 1U);
}

BOOST_AUTO_TEST_CASE(nix_that_works_is_tried) {
  fakes::FakeRunner runner;
  fakes::RecordingReporter reporter;
  runner.on({"ssh"}, std::vector<fakes::Reply>{{.out = testing::set_up_colima}, {.out = ""}});
  BOOST_TEST(try_out(place, runner, reporter, CancelToken()).nix.works);
  BOOST_TEST(runner.started.size() == 2U);
}

BOOST_AUTO_TEST_CASE(nix_that_does_not_build_is_told) {
  fakes::FakeRunner runner;
  fakes::RecordingReporter reporter;
  runner.on({"ssh"}, std::vector<fakes::Reply>{{.out = testing::set_up_colima},
                                               fakes::failing("no sandbox")});
  BOOST_CHECK_EXCEPTION((void)try_out(place, runner, reporter, CancelToken()), Error,
                        [](const Error& error) { return error.detail().contains("no sandbox"); });
  runner.on({"ssh"}, {.out = testing::colima});
  BOOST_CHECK_EXCEPTION(
      (void)try_out(place, runner, reporter, CancelToken()), Error,
      [](const Error& error) { return error.message() == "Nix does not work on the machine"; });
}

BOOST_AUTO_TEST_CASE(machine_that_says_nothing) {
  fakes::FakeRunner runner;
  runner.on({"ssh"}, {.out = "This account is currently not available.\n"});
  BOOST_CHECK_EXCEPTION((void)probe(place, runner, CancelToken()), Error, [](const Error& error) {
    return error.kind() == ErrorKind::corrupt && error.frames().front() == "looking at the machine";
  });
}

BOOST_AUTO_TEST_SUITE_END()
