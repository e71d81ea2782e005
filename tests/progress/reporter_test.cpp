#include "progress/reporter.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

using namespace nixbuild::progress;

namespace {

class Recorder final : public Reporter {
public:
  void report(const Event& event) noexcept override { events.push_back(event); }
  StepId next_step() noexcept override { return ++last_; }
  Time now() noexcept override { return time += std::chrono::seconds(1); }
  [[nodiscard]] bool cancelled() const noexcept override { return user_stopped; }

  [[nodiscard]] const StepFinished& end() const { return std::get<StepFinished>(events.back()); }

  std::vector<Event> events;
  Time time;
  bool user_stopped = false;

private:
  StepId last_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(reporter)

BOOST_AUTO_TEST_CASE(step_starts_and_ends) {
  Recorder recorder;
  {
    const Step step(recorder, "work");
  }
  BOOST_REQUIRE(recorder.events.size() == 2U);
  const auto& start = std::get<StepStarted>(recorder.events.front());
  BOOST_TEST(start.step == 1U);
  BOOST_TEST(start.name == "work");
  BOOST_TEST((recorder.end().outcome == Outcome::done));
  BOOST_TEST((recorder.end().at > start.at));
}

BOOST_AUTO_TEST_CASE(cached) {
  Recorder recorder;
  {
    Step step(recorder, "work");
    step.cached();
  }
  BOOST_TEST((recorder.end().outcome == Outcome::cached));
}

BOOST_AUTO_TEST_CASE(left_by_an_exception) {
  Recorder recorder;
  const auto work = [&] {
    Step step(recorder, "work");
    step.cached();
    throw std::runtime_error("x");
  };
  BOOST_CHECK_THROW(work(), std::runtime_error);
  BOOST_TEST((recorder.end().outcome == Outcome::failed));
  recorder.user_stopped = true;
  BOOST_CHECK_THROW(work(), std::runtime_error);
  BOOST_TEST((recorder.end().outcome == Outcome::cancelled));
}

BOOST_AUTO_TEST_CASE(made_while_unwinding_it_can_still_be_done) {
  Recorder recorder;
  struct Cleanup {
    Recorder& recorder;
    ~Cleanup() { const Step step(recorder, "clean up"); }
  };
  const auto work = [&] {
    const Cleanup cleanup{recorder};
    throw std::runtime_error("x");
  };
  BOOST_CHECK_THROW(work(), std::runtime_error);
  BOOST_TEST((recorder.end().outcome == Outcome::done));
}

BOOST_AUTO_TEST_CASE(failing_ends_once) {
  Recorder recorder;
  {
    Step step(recorder, "work");
    step.fail("no");
    step.fail("again");
  }
  BOOST_REQUIRE(recorder.events.size() == 2U);
  BOOST_TEST(recorder.end().error == "no");
}

BOOST_AUTO_TEST_CASE(items_remember_their_start) {
  Recorder recorder;
  Step step(recorder, "work");
  step.advance("a", 1, 10);
  step.advance("b", 1, 10);
  step.advance("a", 10, 10, true);
  const auto& first = std::get<ItemAdvanced>(recorder.events[1]);
  const auto& last = std::get<ItemAdvanced>(recorder.events[3]);
  BOOST_TEST((first.started == last.started));
  BOOST_TEST((last.at > last.started));
  BOOST_TEST(last.completed);
}

BOOST_AUTO_TEST_CASE(notices) {
  Recorder recorder;
  notice(recorder, Notice::Level::warning, "text");
  BOOST_TEST(std::get<Notice>(recorder.events.at(0)).text == "text");
}

BOOST_AUTO_TEST_SUITE_END()
