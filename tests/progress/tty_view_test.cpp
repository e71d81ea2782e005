#include "progress/events.hpp"
#include "progress/tty_view.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::progress;
using namespace nixbuild::progress::testing;

namespace {

TtyView small_view(bool debug = false) {
  return {{.target = "", .colors = {}, .log_lines = 6}, std::chrono::milliseconds(150), debug, [] {
            return TerminalSize{.columns = 30, .lines = 10};
          }};
}

} // namespace

BOOST_AUTO_TEST_SUITE(tty_view)

BOOST_AUTO_TEST_CASE(silent_until_there_is_something) {
  auto view = small_view();
  BOOST_TEST(view.take(at(0)) == "");
  BOOST_TEST(view.finish(at(0)) == "");
}

BOOST_AUTO_TEST_CASE(each_frame_is_drawn_over_the_former) {
  auto view = small_view();
  view.apply(started(1, "a", 0));
  BOOST_TEST(view.take(at(100)) == "\x1B[?25l\r"
                                   "\x1B[2K[+] Building 0.1s (0/1)\n"
                                   "\x1B[2K => a                     0.1s\n"
                                   "\x1B[J\x1B[?25h");
  view.apply(finished(1, 200));
  BOOST_TEST(view.finish(at(200)) == "\x1B[?25l\r\x1B[2A"
                                     "\x1B[2K[+] Building 0.2s (1/1) FIN...\n"
                                     "\x1B[2K => a                     0.2s\n"
                                     "\x1B[J\x1B[?25h");
}

BOOST_AUTO_TEST_CASE(notices_stay_above) {
  auto view = small_view();
  view.apply(started(1, "a", 0));
  (void)view.take(at(0));
  view.apply(note(Notice::Level::warning, "careful", 0));
  view.apply(note(Notice::Level::debug, "hidden", 0));
  const std::string frame = view.take(at(0));
  BOOST_TEST(frame.starts_with("\x1B[?25l\r\x1B[2A\x1B[2KWARNING: careful\n\x1B[2K[+] Building"));
  BOOST_TEST(!frame.contains("hidden"));
  const std::string next = view.take(at(0));
  BOOST_TEST(next.starts_with("\x1B[?25l\r\x1B[2A\x1B[2K[+] Building"));
}

BOOST_AUTO_TEST_CASE(debug_notices_on_demand) {
  auto view = small_view(true);
  view.apply(note(Notice::Level::debug, "shown", 0));
  BOOST_TEST(view.take(at(0)).contains("shown"));
}

BOOST_AUTO_TEST_CASE(failure_ends_with_the_log) {
  auto view = small_view();
  view.apply(started(1, "a", 0));
  view.apply(log(1, "no such file", 10));
  view.apply(finished(1, 200, Outcome::failed, "exit status 1"));
  BOOST_TEST(
      view.finish(at(200)).ends_with("\x1B[J\x1B[?25h------\n > a:\n0.010 no such file\n------\n"));
}

BOOST_AUTO_TEST_SUITE_END()
