#include "fakes/recording_reporter.hpp"
#include "nix/log_progress.hpp"
#include "nix/recorded.hpp"
#include "support/format.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace nixbuild;
using fakes::RecordingReporter;
using nix::LogProgress;
using progress::Outcome;
using Lines = std::vector<std::string>;
namespace recorded = nix::recorded;

namespace {

// Everything that a command's log leaves behind.
struct Shown {
  RecordingReporter reporter;
  nix::Failure failure;
  bool did_something = false;

  explicit Shown(const Lines& lines) {
    progress::Step step(reporter, "nix");
    LogProgress log(reporter, step);
    for (const std::string& line : lines)
      log.line(line);
    failure = log.failure();
    did_something = log.did_something();
  }
  Shown(std::string_view version, std::string_view file) : Shown(recorded::lines(version, file)) {}
};

std::string build_line(int id, std::string_view name) {
  return format(
      R"(@nix {{"action":"start","fields":["/nix/store/{}.drv","",1,1],"id":{},"level":3,)"
      R"("text":"","type":105}})",
      name, id);
}

std::string counts_line(int done, int failed) {
  return format(R"(@nix {{"action":"result","fields":[{},9,1,{}],"id":1,"type":105}})", done,
                failed);
}

const std::string builds_line = R"(@nix {"action":"start","id":1,"level":0,"text":"","type":104})";

std::string stop_line(int id) {
  return format(R"(@nix {{"action":"stop","id":{}}})", id);
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_progress)

BOOST_DATA_TEST_CASE(a_build_is_a_step_with_its_log, recorded::versions, version) {
  const Shown shown(version, "good.log");
  BOOST_TEST((shown.reporter.steps() == Lines{"nix", "build good"}));
  BOOST_TEST((shown.reporter.log_of("build good") == Lines{"one", "two"}));
  BOOST_TEST((shown.reporter.outcome_of("build good") == Outcome::done));
  BOOST_TEST(shown.did_something);
  BOOST_TEST(shown.failure.builds.empty());
  const Lines own = shown.reporter.log_of("nix");
  BOOST_TEST(own.front() == "this derivation will be built:");
}

BOOST_DATA_TEST_CASE(nothing_to_do, recorded::versions, version) {
  const Shown shown(version, "cached.log");
  BOOST_TEST((shown.reporter.steps() == Lines{"nix"}));
  BOOST_TEST(!shown.did_something);
}

BOOST_DATA_TEST_CASE(colours_and_carriage_returns_are_gone, recorded::versions, version) {
  const Shown shown(version, "phases.log");
  const Lines lines = shown.reporter.log_of("build phases");
  BOOST_TEST(lines.front() == "unpacking");
  for (const std::string& line : lines)
    BOOST_TEST(line.find_first_of("\x1b\r") == std::string::npos);
}

BOOST_DATA_TEST_CASE(a_failed_build_keeps_its_last_lines, recorded::versions, version) {
  const Shown shown(version, "broken.log");
  BOOST_TEST((shown.reporter.outcome_of("build broken") == Outcome::failed));
  BOOST_TEST(shown.failure.builds.size() == 1U);
  const nix::FinishedBuild& build = shown.failure.builds.at(0);
  BOOST_TEST(build.derivation.ends_with("-broken.drv"));
  BOOST_TEST((build.tail == Lines{"first line of the log", "the last words of the builder"}));
  BOOST_TEST(shown.failure.text.find("exit code 3") != std::string::npos);
  BOOST_TEST(shown.failure.text.find('\x1b') == std::string::npos);
}

BOOST_DATA_TEST_CASE(the_phase_of_a_failure_is_known, recorded::versions, version) {
  const Shown shown(version, "broken-in-phase.log");
  BOOST_TEST(shown.failure.builds.at(0).phase == "checkPhase");
  const auto finished = shown.reporter.all<progress::StepFinished>();
  BOOST_TEST(std::ranges::count(finished, "the builder failed in checkPhase",
                                &progress::StepFinished::error) == 1);
}

BOOST_DATA_TEST_CASE(several_failures, recorded::versions, version) {
  for (const char* file : {"two-broken.log", "two-broken-daemon.log"}) {
    const Shown shown(version, file);
    BOOST_TEST((shown.reporter.outcome_of("build broken") == Outcome::failed));
    BOOST_TEST((shown.reporter.outcome_of("build broken2") == Outcome::failed));
    BOOST_TEST(shown.failure.builds.size() == 2U);
    BOOST_TEST(shown.failure.text.find("-two.drv'") != std::string::npos);
  }
}

BOOST_DATA_TEST_CASE(a_download_is_an_item, recorded::versions, version) {
  const Shown shown(version, "fetch.log");
  BOOST_TEST((shown.reporter.steps() == Lines{"nix", "fetch"}));
  const auto items = shown.reporter.all<progress::ItemAdvanced>();
  BOOST_TEST(!items.empty());
  BOOST_TEST(items.back().item == "good");
  BOOST_TEST(items.back().completed);
  BOOST_TEST(shown.did_something);
}

BOOST_AUTO_TEST_CASE(amounts_of_downloads) {
  const Shown shown({
      R"(@nix {"action":"start","fields":["https://x/nar/1.nar.xz"],"id":3,"level":4,"text":"","type":101})",
      R"(@nix {"action":"start","fields":["https://x/1.narinfo"],"id":4,"level":4,"text":"","type":101})",
      R"(@nix {"action":"start","fields":["https://x/a/source.tar.gz?rev=1"],"id":2,"level":4,"text":"","type":101})",
      R"(@nix {"action":"result","fields":[10,100,0,0],"id":2,"type":105})",
      R"(@nix {"action":"result","fields":[100,100,0,0],"id":2,"type":105})",
      R"(@nix {"action":"stop","id":2})",
  });
  const auto items = shown.reporter.all<progress::ItemAdvanced>();
  BOOST_TEST(items.size() == 3U);
  BOOST_TEST(items.at(0).item == "source.tar.gz");
  BOOST_TEST(items.at(0).current == 10U);
  BOOST_TEST(items.at(0).total == 100U);
  BOOST_TEST(!items.at(1).completed);
  BOOST_TEST(items.at(2).completed);
}

// Without --keep-going Nix stops the other builds when one fails.
BOOST_AUTO_TEST_CASE(stopped_builds_are_not_shown_as_done) {
  const Shown shown({builds_line, build_line(2, "a"), build_line(3, "b"), build_line(4, "c"),
                     counts_line(1, 0), stop_line(2), counts_line(1, 1), stop_line(3),
                     stop_line(4)});
  BOOST_TEST((shown.reporter.outcome_of("build /nix/store/a.drv") == Outcome::done));
  BOOST_TEST((shown.reporter.outcome_of("build /nix/store/b.drv") == Outcome::failed));
  BOOST_TEST((shown.reporter.outcome_of("build /nix/store/c.drv") == Outcome::failed));
  BOOST_TEST(shown.failure.builds.size() == 1U);
}

// A derivation that needs what this machine lacks fails without ever being a build.
BOOST_AUTO_TEST_CASE(a_failure_without_a_build_is_nobody_elses) {
  const Shown shown(
      {builds_line, build_line(2, "a"), counts_line(0, 1), counts_line(1, 1), stop_line(2)});
  BOOST_TEST((shown.reporter.outcome_of("build /nix/store/a.drv") == Outcome::done));
  BOOST_TEST(shown.failure.builds.empty());
}

BOOST_AUTO_TEST_CASE(a_build_elsewhere_tells_where) {
  const Shown shown(
      {R"(@nix {"action":"start","fields":["/nix/store/a.drv","ssh://arm",1,1],"id":2,"level":3,"text":"","type":105})"});
  BOOST_TEST(shown.reporter.steps().back() == "build /nix/store/a.drv on ssh://arm");
}

BOOST_DATA_TEST_CASE(warnings_with_a_remedy_are_for_everybody, recorded::versions, version) {
  const Shown config(version, "flake-config.log");
  BOOST_TEST(config.reporter.warnings().size() == 2U);
  BOOST_TEST(config.reporter.warnings().at(0) ==
             "ignoring untrusted flake configuration setting 'extra-substituters'. Pass "
             "`--accept-flake-config` to trust the flake's settings.");
  // A daemon gives its warnings the level of errors.
  const Shown untrusted(version, "untrusted.log");
  BOOST_TEST(!untrusted.reporter.warnings().empty());
  BOOST_TEST(untrusted.failure.text.empty());
}

BOOST_DATA_TEST_CASE(other_warnings_are_logged, recorded::versions, version) {
  const Shown shown(version, "dirty.log");
  BOOST_TEST(shown.reporter.warnings().empty());
  BOOST_TEST((shown.reporter.log_of("nix") == Lines{"warning: Git tree '/src/git' is dirty"}));
}

BOOST_AUTO_TEST_CASE(the_same_warning_comes_once) {
  const Lines once = recorded::lines("2.34", "flake-config.log");
  Lines twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  BOOST_TEST(Shown(twice).reporter.warnings().size() == 2U);
}

BOOST_AUTO_TEST_CASE(traces_of_an_evaluation_are_no_errors) {
  const Shown shown({R"(@nix {"action":"msg","level":0,"msg":"trace: hello"})"});
  BOOST_TEST(shown.failure.text.empty());
  BOOST_TEST((shown.reporter.log_of("nix") == Lines{"trace: hello"}));
}

BOOST_AUTO_TEST_CASE(plain_text_is_the_reason_when_there_is_no_other) {
  const Shown shown({"something", "went \x1b[31mwrong\x1b[0m", "@nix {\"broken\""});
  BOOST_TEST(shown.failure.text == "something\nwent wrong\n@nix {\"broken\"");
  BOOST_TEST(shown.reporter.log_of("nix").size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_second_command_starts_without_failures) {
  RecordingReporter reporter;
  progress::Step step(reporter, "nix");
  LogProgress log(reporter, step);
  log.line(R"(@nix {"action":"msg","level":0,"msg":"error: one"})");
  log.forget_failure();
  log.line(R"(@nix {"action":"msg","level":0,"msg":"error: two"})");
  BOOST_TEST(log.failure().text == "error: two");
}

BOOST_AUTO_TEST_CASE(builds_left_open_end_as_cancelled_or_failed) {
  RecordingReporter reporter;
  try {
    progress::Step step(reporter, "nix");
    LogProgress log(reporter, step);
    log.line(build_line(2, "a"));
    throw Error(ErrorKind::cancelled, "cancelled");
  } catch (const Error&) {
    BOOST_TEST((reporter.outcome_of("build /nix/store/a.drv") == Outcome::failed));
  }
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
  RecordingReporter reporter;
  progress::Step step(reporter, "nix");
  LogProgress log(reporter, step);
  log.line(builds_line);
  for (int id = 2; id < 20'000; ++id)
    log.line(build_line(id, "a"));
  BOOST_TEST(reporter.steps().size() == 10'001U);
  for (int count = 0; count < 2000; ++count) {
    log.line(
        format(R"(@nix {{"action":"msg","level":0,"msg":"error: {}"}})", std::string(100, 'x')));
    log.line(format(R"(@nix {{"action":"result","fields":["{}"],"id":2,"type":101}})",
                    std::string(2000, 'y')));
  }
  log.line(counts_line(0, 1));
  log.line(stop_line(2));
  const nix::Failure failure = log.failure();
  BOOST_TEST(failure.text.size() < 70'000U);
  BOOST_TEST(failure.builds.at(0).tail.size() == 25U);
  BOOST_TEST(failure.builds.at(0).tail.at(0).size() == 1000U);
}

BOOST_DATA_TEST_CASE(a_log_cut_anywhere_is_no_trouble, recorded::versions, version) {
  const std::string all = recorded::text(version, "dependency.log");
  for (std::size_t length = 0; length < all.size(); length += 7) {
    const Shown shown(Lines{all.substr(0, length), all.substr(length)});
    BOOST_TEST(shown.reporter.steps().front() == "nix");
  }
}

BOOST_AUTO_TEST_SUITE_END()
