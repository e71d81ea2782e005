#include "progress/events.hpp"
#include "progress/text.hpp"
#include "progress/tty_layout.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::progress;
using namespace nixbuild::progress::testing;

namespace {

Model model_of(const std::vector<Event>& events) {
  Model model;
  for (const Event& event : events)
    model.apply(event);
  return model;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += line + "\n";
  return text;
}

const TtyStyle no_colors{.target = "docker:default", .colors = {}, .log_lines = 6};

const std::vector<Event> some_events{
    started(1, "evaluate .#image", 0),
    finished(1, 412),
    started(2, "build hello-2.12", 500),
    log(2, "checking for gcc... \x1B[32mgcc\x1B[0m", 600),
    started(3, "download", 500),
    item(3, "/nix/store/aaa-bash", 1'234'000, 3'400'000, 600, 1000),
    item(3, "/nix/store/bbb-libc", 99, 99, 600, 700, true),
};

} // namespace

BOOST_AUTO_TEST_SUITE(tty_layout)

BOOST_AUTO_TEST_CASE(nothing_before_the_first_step) {
  BOOST_TEST(nixbuild::progress::tty_layout(Model(), at(0), {}, no_colors, Frame::live).empty());
}

BOOST_AUTO_TEST_CASE(under_way) {
  const auto lines = nixbuild::progress::tty_layout(
      model_of(some_events), at(3400), {.columns = 60, .lines = 24}, no_colors, Frame::live);
  BOOST_TEST(joined(lines) == "[+] Building 3.4s (1/3)                       docker:default\n"
                              " => evaluate .#image                                    0.4s\n"
                              " => build hello-2.12                                    2.9s\n"
                              " => => # checking for gcc... gcc\n"
                              " => download                                            2.9s\n"
                              " => => /nix/store/aaa-bash           1.23MB / 3.40MB    2.8s\n"
                              " => => /nix/store/bbb-libc                 99B / 99B    0.1s\n");
}

BOOST_AUTO_TEST_CASE(at_the_end) {
  auto events = some_events;
  events.push_back(finished(2, 3000, Outcome::failed, "exit status 1"));
  events.push_back(finished(3, 3000, Outcome::cancelled));
  events.push_back(started(4, "load", 3000));
  events.push_back(finished(4, 3010, Outcome::cached));
  const auto lines = nixbuild::progress::tty_layout(
      model_of(events), at(3400), {.columns = 60, .lines = 4}, no_colors, Frame::final);
  BOOST_TEST(joined(lines) == "[+] Building 3.4s (4/4) FINISHED              docker:default\n"
                              " => evaluate .#image                                    0.4s\n"
                              " => ERROR build hello-2.12                              2.5s\n"
                              " => CANCELED download                                   2.5s\n"
                              " => => /nix/store/aaa-bash           1.23MB / 3.40MB    0.4s\n"
                              " => => /nix/store/bbb-libc                 99B / 99B    0.1s\n"
                              " => CACHED load                                         0.0s\n");
}

BOOST_AUTO_TEST_CASE(colors_mark_outcomes) {
  const TtyStyle style{.target = "",
                       .colors = {.run = "<run>",
                                  .warning = "",
                                  .error = "<error>",
                                  .cancel = "<cancel>",
                                  .faint = "<faint>",
                                  .reset = "</>"},
                       .log_lines = 6};
  const auto lines = nixbuild::progress::tty_layout(
      model_of({started(1, "a", 0), finished(1, 0), started(2, "b", 0),
                finished(2, 0, Outcome::failed), started(3, "c", 0),
                finished(3, 0, Outcome::cancelled), started(4, "d", 0), log(4, "e", 0)}),
      at(0), {.columns = 20, .lines = 24}, style, Frame::live);
  BOOST_TEST(joined(lines) == "[+] Building 0.0s...\n"
                              "<run> => a           0.0s</>\n"
                              "<error> => ERROR b     0.0s</>\n"
                              "<cancel> => CANCELED c  0.0s</>\n"
                              " => d           0.0s\n"
                              "<faint> => => # e</>\n");
}

BOOST_AUTO_TEST_CASE(live_frame_fits_every_terminal) {
  std::vector<Event> events;
  for (StepId step = 1; step <= 40; ++step) {
    events.push_back(started(step, "step with a rather long name " + std::to_string(step), 0));
    events.push_back(item(step, "item", 1, 2, 0, 0));
    for (int line = 0; line < 8; ++line)
      events.push_back(log(step, "a log line that is longer than most terminals are wide", 0));
    if (step % 2 == 0) events.push_back(finished(step, 10));
  }
  const Model model = model_of(events);
  for (int rows = 0; rows < 120; ++rows) {
    for (const int columns : {0, 1, 5, 10, 20, 40, 80}) {
      const auto lines = nixbuild::progress::tty_layout(
          model, at(100), {.columns = columns, .lines = rows}, no_colors, Frame::live);
      BOOST_TEST(static_cast<int>(lines.size()) <= std::max(2, rows - 1));
      for (const std::string& line : lines)
        BOOST_TEST(columns_of(line) <= columns);
    }
  }
}

BOOST_AUTO_TEST_CASE(small_terminal_keeps_what_is_under_way) {
  const auto lines = nixbuild::progress::tty_layout(
      model_of({started(1, "done 1", 0), finished(1, 0), started(2, "running", 0),
                started(3, "done 2", 0), finished(3, 0)}),
      at(100), {.columns = 40, .lines = 3}, no_colors, Frame::live);
  BOOST_REQUIRE(lines.size() == 2U);
  BOOST_TEST(lines[1].starts_with(" => running"));
}

BOOST_AUTO_TEST_CASE(log_lines_are_limited_and_the_newest) {
  std::vector<Event> events{started(1, "a", 0)};
  for (int line = 1; line <= 9; ++line)
    events.push_back(log(1, std::to_string(line), line));
  const auto lines =
      nixbuild::progress::tty_layout(model_of(events), at(100), {.columns = 40, .lines = 24},
                                     {.target = "", .colors = {}, .log_lines = 2}, Frame::live);
  BOOST_REQUIRE(lines.size() == 4U);
  BOOST_TEST(lines[2] == " => => # 8");
  BOOST_TEST(lines[3] == " => => # 9");
}

BOOST_AUTO_TEST_SUITE_END()
