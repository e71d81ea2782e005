#include "fakes/fake_runner.hpp"
#include "fakes/recording_reporter.hpp"
#include "pipeline/side_by_side.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

using namespace nixbuild;
using namespace nixbuild::pipeline;

namespace {

struct Place {
  Environment environment;
  fakes::FakeRunner runner;
  fakes::RecordingReporter reporter;
  World world{environment, runner, reporter};
};

void wait_for(const CancelToken& cancel) {
  while (!cancel.cancelled())
    std::this_thread::yield();
  cancel.throw_if_cancelled();
}

} // namespace

BOOST_AUTO_TEST_SUITE(side_by_side_of)

BOOST_AUTO_TEST_CASE(all_are_done_at_the_same_time) {
  Place place;
  std::atomic<int> inside{0};
  std::vector<Branch> branches;
  for (const char* name : {"a", "b", "c"})
    branches.push_back({name, [&](World&, const CancelToken&) {
                          ++inside;
                          while (inside < 3) // ends only if all are
                            std::this_thread::yield();
                        }});
  side_by_side(branches, branches.size(), false, "building", place.world, {});
  BOOST_TEST(inside == 3);
}

BOOST_AUTO_TEST_CASE(the_first_failure_stops_the_others_and_is_named) {
  Place place;
  const std::vector<Branch> branches{
      {"slow", [](World&, const CancelToken& cancel) { wait_for(cancel); }},
      {"bad", [](World&, const CancelToken&) { throw Error(ErrorKind::failed, "no"); }}};
  BOOST_CHECK_EXCEPTION(side_by_side(branches, 2, false, "building", place.world, {}), Error,
                        [](const Error& error) {
                          return error.kind() == ErrorKind::failed &&
                                 error.frames() == std::vector<std::string>{"building bad"};
                        });
}

BOOST_AUTO_TEST_CASE(keep_going_does_the_rest) {
  Place place;
  std::atomic<int> done{0};
  std::vector<Branch> branches{
      {"bad", [](World&, const CancelToken&) { throw Error(ErrorKind::failed, "no"); }}};
  for (const char* name : {"b", "c"})
    branches.push_back({name, [&](World&, const CancelToken&) { ++done; }});
  BOOST_CHECK_THROW(side_by_side(branches, 1, true, "building", place.world, {}), Error);
  BOOST_TEST(done == 2);
  done = 0;
  BOOST_CHECK_THROW(side_by_side(branches, 1, false, "building", place.world, {}), Error);
  BOOST_TEST(done == 0);
}

BOOST_AUTO_TEST_CASE(a_user_s_stop_is_no_failure_of_a_branch) {
  Place place;
  const CancelSource cancel;
  const std::vector<Branch> branches{{"a", [](World&, const CancelToken& stop) { wait_for(stop); }},
                                     {"b", [&](World&, const CancelToken& stop) {
                                        cancel.raise(CancelLevel::graceful);
                                        wait_for(stop);
                                      }}};
  BOOST_CHECK_EXCEPTION(side_by_side(branches, 2, false, "building", place.world, cancel.token()),
                        Error,
                        [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_SUITE_END()
