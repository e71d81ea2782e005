#include "doctor/check.hpp"
#include "doctor/facts_of.hpp"
#include "nix/failure_classes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace nixbuild;
using namespace nixbuild::doctor;
using namespace nixbuild::doctor::testing;

BOOST_AUTO_TEST_SUITE(examine_)

BOOST_AUTO_TEST_CASE(table_is_sound) {
  std::set<std::string_view> ids;
  for (const Check& check : all_checks()) {
    BOOST_TEST_CONTEXT(check.id) {
      BOOST_TEST(ids.insert(check.id).second);
      BOOST_TEST(!check.title.empty());
      BOOST_TEST(!check.remedy.empty());
    }
  }
  BOOST_TEST(ids.size() > 60U);
}

BOOST_AUTO_TEST_CASE(checks_that_errors_of_builds_name_are_there) {
  const auto checks = all_checks();
  for (const nix::FailureClass& failure : nix::failure_classes) {
    const bool is_there = std::ranges::find(checks, failure.check, &Check::id) != checks.end();
    BOOST_TEST((failure.check.empty() || is_there), failure.check);
  }
}

BOOST_AUTO_TEST_CASE(healthy_machines_have_no_problem) {
  BOOST_TEST(problems(healthy()) == "");
  BOOST_TEST(problems(healthy_colima()) == "");
}

BOOST_AUTO_TEST_CASE(wanted_checks_are_told_whatever_they_see) {
  const auto findings = examine(healthy(), {"b2", "N1"});
  BOOST_REQUIRE_EQUAL(findings.size(), 2U);
  BOOST_TEST(findings[0].id == "N1");
  BOOST_TEST((findings[0].outcome.severity == Severity::ok));
  BOOST_TEST(findings[1].id == "B2");
  BOOST_TEST((findings[1].outcome.severity == Severity::elsewhere));
  BOOST_TEST(findings[1].outcome.remedy.contains("nix-prefetch-docker"));
}

BOOST_AUTO_TEST_CASE(check_that_is_none_is_refused) {
  BOOST_CHECK_EXCEPTION((void)examine(healthy(), {"N1", "Z9"}), Error, [](const Error& error) {
    return error.kind() == ErrorKind::invalid_input && error.message().contains("Z9");
  });
}

BOOST_AUTO_TEST_CASE(who_is_silent_is_told_once) {
  Facts facts = healthy();
  facts.guest.reset();
  facts.silent[Probe::guest] = "this machine did not answer in 8 s";
  facts.silent[Probe::determinate] = "determinate-nixd did not answer in 8 s";
  BOOST_TEST(problems(facts) == "X5 error, L8 warning");
  BOOST_TEST(outcome_of(facts, "X5").seen == "this machine did not answer in 8 s");
  BOOST_TEST(examine(facts, {"N7"}).front().outcome.seen == "this machine did not answer in 8 s");
}

BOOST_AUTO_TEST_SUITE_END()
