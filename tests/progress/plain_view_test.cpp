#include "progress/events.hpp"
#include "progress/plain_view.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

using namespace nixbuild::progress;
using namespace nixbuild::progress::testing;

namespace {

Time time_of(const Event& event) {
  return std::visit([](const auto& one) { return one.at; }, event);
}

// What a whole run looks like.
std::string shown(const std::vector<Event>& events, std::string heading = {}, bool debug = false) {
  PlainView view(std::move(heading), debug);
  std::string text;
  Time now = at(0);
  for (const Event& event : events) {
    now = time_of(event);
    view.apply(event);
    text += view.take(now);
  }
  return text + view.finish(now);
}

} // namespace

BOOST_AUTO_TEST_SUITE(plain_view)

BOOST_AUTO_TEST_CASE(steps_one_after_the_other) {
  BOOST_TEST(
      shown({started(1, "evaluate .#image", 0), finished(1, 412), started(2, "build hello", 412),
             log(2, "checking for gcc", 500), log(2, "ok", 12'912), finished(2, 13'000),
             started(3, "load", 13'000), finished(3, 13'000, Outcome::cached)},
            "building with Nix for docker:default") == "#0 building with Nix for docker:default\n"
                                                       "\n"
                                                       "#1 evaluate .#image\n"
                                                       "#1 DONE 0.4s\n"
                                                       "\n"
                                                       "#2 build hello\n"
                                                       "#2 0.088 checking for gcc\n"
                                                       "#2 12.50 ok\n"
                                                       "#2 DONE 12.6s\n"
                                                       "\n"
                                                       "#3 load\n"
                                                       "#3 CACHED\n");
}

BOOST_AUTO_TEST_CASE(items) {
  BOOST_TEST(shown({started(1, "load", 0), item(1, "layer 1/2", 0, 3'400'000, 0, 0),
                    item(1, "layer 1/2", 100'000, 3'400'000, 0, 100),    // less than 5 percent
                    item(1, "layer 1/2", 1'200'000, 3'400'000, 0, 500),  // more
                    item(1, "layer 1/2", 1'200'001, 3'400'000, 0, 5600), // 5 seconds
                    item(1, "layer 1/2", 3'400'000, 3'400'000, 0, 5700, true),
                    item(1, "layer 1/2", 3'400'000, 3'400'000, 0, 5701, true), // said already
                    item(1, "layer 2/2", 0, 0, 5700, 5705, true), finished(1, 5800)}) ==
             "#1 load\n"
             "#1 layer 1/2 1.20MB / 3.40MB 0.5s\n"
             "#1 layer 1/2 1.20MB / 3.40MB 5.6s\n"
             "#1 layer 1/2 3.40MB / 3.40MB 5.7s done\n"
             "#1 layer 2/2 done\n"
             "#1 DONE 5.8s\n");
}

BOOST_AUTO_TEST_CASE(parallel_steps_take_turns) {
  BOOST_TEST(shown({started(1, "a", 0), started(2, "b", 10), log(1, "a1", 20), log(2, "b1", 30),
                    log(1, "a2", 40), log(2, "b2", 4000), log(1, "a3", 5000), log(1, "a4", 5010),
                    finished(1, 5020), finished(2, 5030)}) == "#1 a\n"
                                                              "#1 0.020 a1\n"
                                                              "#1 0.040 a2\n"
                                                              "#1 5.000 a3\n"
                                                              "#1 ...\n"
                                                              "\n"
                                                              "#2 b\n"
                                                              "#2 0.020 b1\n"
                                                              "#2 3.990 b2\n"
                                                              "#2 ...\n"
                                                              "\n"
                                                              "#1 a\n"
                                                              "#1 5.010 a4\n"
                                                              "#1 DONE 5.0s\n"
                                                              "\n"
                                                              "#2 b\n"
                                                              "#2 DONE 5.0s\n");
}

BOOST_AUTO_TEST_CASE(silent_step_yields_when_asked_later) {
  PlainView view("", false);
  view.apply(started(1, "a", 0));
  view.apply(started(2, "b", 0));
  view.apply(log(2, "b1", 1));
  BOOST_TEST(view.take(at(1)) == "#1 a\n");
  BOOST_TEST(view.take(at(4900)) == "");
  BOOST_TEST(view.take(at(5001)) == "#1 ...\n\n#2 b\n#2 0.001 b1\n");
  BOOST_TEST(view.take(at(20'000)) == ""); // the other one has nothing to say
}

BOOST_AUTO_TEST_CASE(finished_step_does_not_wait) {
  PlainView view("", false);
  view.apply(started(1, "a", 0));
  BOOST_TEST(view.take(at(0)) == "#1 a\n");
  view.apply(started(2, "b", 0));
  view.apply(finished(2, 100));
  BOOST_TEST(view.take(at(100)) == "#1 ...\n\n#2 b\n#2 DONE 0.1s\n");
  view.apply(finished(1, 200));
  BOOST_TEST(view.take(at(200)) == "\n#1 a\n#1 DONE 0.2s\n");
}

BOOST_AUTO_TEST_CASE(many_lines_do_not_wait) {
  PlainView view("", false);
  view.apply(started(1, "a", 0));
  (void)view.take(at(0));
  view.apply(started(2, "b", 0));
  for (int line = 0; line < 1000; ++line)
    view.apply(log(2, "x", 1));
  BOOST_TEST(view.take(at(2)).starts_with("#1 ...\n\n#2 b\n#2 0.001 x\n"));
}

BOOST_AUTO_TEST_CASE(failure_repeats_the_end_of_the_log) {
  std::vector<Event> events{started(1, "build broken", 0)};
  for (int line = 1; line <= 12; ++line)
    events.push_back(log(1, "line " + std::to_string(line), line));
  events.push_back(finished(1, 2000, Outcome::failed, "exit status 1"));
  const std::string text = shown(events);
  BOOST_TEST(text.contains("#1 ERROR: exit status 1\n------\n > build broken:\n0.003 line 3\n"));
  BOOST_TEST(text.ends_with("0.012 line 12\n------\n"));
}

BOOST_AUTO_TEST_CASE(cancelled) {
  BOOST_TEST(shown({started(1, "a", 0), finished(1, 10, Outcome::cancelled)}) ==
             "#1 a\n#1 CANCELED\n");
}

BOOST_AUTO_TEST_CASE(unfinished_steps_say_what_they_have_at_the_end) {
  BOOST_TEST(shown({started(1, "a", 0), started(2, "b", 0), log(2, "b1", 5)}) ==
             "#1 a\n#1 ...\n\n#2 b\n#2 0.005 b1\n");
}

BOOST_AUTO_TEST_CASE(notices) {
  const std::vector<Event> events{note(Notice::Level::warning, "old \x1B[2Jengine", 0),
                                  note(Notice::Level::info, "hello", 0),
                                  note(Notice::Level::debug, "detail", 0)};
  BOOST_TEST(shown(events) == "WARNING: old engine\nhello\n");
  BOOST_TEST(shown(events, {}, true) == "WARNING: old engine\nhello\nDEBUG: detail\n");
}

BOOST_AUTO_TEST_CASE(events_of_unknown_steps_are_left_out) {
  BOOST_TEST(shown({log(7, "x", 0), item(7, "x", 0, 0, 0, 0), finished(7, 0)}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
