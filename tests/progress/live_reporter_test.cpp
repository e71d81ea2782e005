#include "progress/events.hpp"
#include "progress/live_reporter.hpp"
#include "progress/make_reporter.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace nixbuild::progress;
using nixbuild::CancelLevel;
using nixbuild::CancelSource;
using nixbuild::Environment;

namespace {

class Captured final : public Output {
public:
  explicit Captured(bool is_terminal = false) : is_terminal_(is_terminal) {}

  void write(std::string_view text) override {
    const std::scoped_lock lock(mutex_);
    text_ += text;
    ++writes_;
    changed_.notify_all();
  }
  [[nodiscard]] std::optional<TerminalSize> terminal_size() const override {
    if (!is_terminal_) return std::nullopt;
    return TerminalSize{.columns = 60, .lines = 10};
  }
  [[nodiscard]] std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }
  void wait_for_writes(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return writes_ >= count; });
  }

private:
  bool is_terminal_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  int writes_ = 0;
};

class Broken final : public Output {
public:
  void write(std::string_view /*text*/) override {
    throw nixbuild::Error(nixbuild::ErrorKind::io, "closed");
  }
};

} // namespace

namespace {

ReporterOptions with_mode(Mode mode) {
  return {.mode = mode, .target = {}, .debug = false};
}

} // namespace

using Variables = std::map<std::string, std::string>;

BOOST_AUTO_TEST_SUITE(live_reporter)

BOOST_AUTO_TEST_CASE(plain_writes_at_once) {
  Captured output;
  const auto reporter = make_reporter(with_mode(Mode::plain), output, {}, {});
  reporter->report(testing::started(1, "work", 0));
  BOOST_TEST(output.text() == "#1 work\n");
}

BOOST_AUTO_TEST_CASE(terminal_is_redrawn_though_nothing_happens) {
  Captured output(true);
  const auto reporter = make_reporter(with_mode(Mode::automatic), output,
                                      Environment(Variables{{"TTY_DISPLAY_RATE", "1"}}), {});
  reporter->report(testing::started(1, "work", 0));
  output.wait_for_writes(3);
  BOOST_TEST(output.text().contains(" => work"));
}

BOOST_AUTO_TEST_CASE(destructor_writes_the_end) {
  Captured output(true);
  {
    const auto reporter =
        make_reporter({.mode = Mode::tty, .target = "docker:colima", .debug = false}, output,
                      Environment(Variables{{"TTY_DISPLAY_RATE", "60000"}, {"NO_COLOR", "1"}}), {});
    const Step step(*reporter, "work");
    BOOST_TEST(output.text() == "");
  }
  BOOST_TEST(output.text().contains("(1/1) FINISHED"));
  BOOST_TEST(output.text().contains("docker:colima"));
}

BOOST_AUTO_TEST_CASE(quiet_and_none_say_nothing) {
  for (const Mode mode : {Mode::quiet, Mode::none}) {
    Captured output(true);
    {
      const auto reporter = make_reporter(with_mode(mode), output, {}, {});
      Step step(*reporter, "work");
      step.fail("x");
    }
    BOOST_TEST(output.text() == "");
  }
}

BOOST_AUTO_TEST_CASE(closed_output_is_survived) {
  Broken output;
  const auto reporter = make_reporter(with_mode(Mode::plain), output, {}, {});
  const Step step(*reporter, "work");
}

BOOST_AUTO_TEST_CASE(knows_of_cancellation) {
  Captured output;
  const CancelSource source;
  const auto reporter = make_reporter(with_mode(Mode::rawjson), output, {}, source.token());
  BOOST_TEST(!reporter->cancelled());
  source.raise(CancelLevel::graceful);
  BOOST_TEST(reporter->cancelled());
}

BOOST_AUTO_TEST_CASE(many_threads_report) {
  Captured output;
  {
    const auto reporter = make_reporter(with_mode(Mode::plain), output, {}, {});
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&reporter] {
        for (int round = 0; round < 50; ++round) {
          Step step(*reporter, "work");
          step.log("line");
        }
      });
    for (std::thread& thread : threads)
      thread.join();
  }
  std::size_t ended = 0;
  const std::string text = output.text();
  for (std::size_t found = text.find(" DONE "); found != std::string::npos;
       found = text.find(" DONE ", found + 1))
    ++ended;
  BOOST_TEST(ended == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
