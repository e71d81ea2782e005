#include "support/error.hpp"
#include "support/parallel.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <vector>

using nixbuild::CancelLevel;
using nixbuild::CancelSource;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::parallel_for;

BOOST_AUTO_TEST_SUITE(parallel)

BOOST_AUTO_TEST_CASE(every_index_is_worked_on_once) {
  std::vector<std::atomic<int>> calls(1000);
  parallel_for(calls.size(), 4, [&](std::size_t i) { ++calls[i]; }, {});
  for (const auto& count : calls)
    BOOST_TEST(count == 1);
}

BOOST_AUTO_TEST_CASE(nothing_to_do_is_no_work) {
  parallel_for(0, 4, [](std::size_t) { BOOST_ERROR("called"); }, {});
}

BOOST_AUTO_TEST_CASE(first_failure_ends_the_rest_and_is_thrown) {
  std::atomic<int> calls{0};
  BOOST_CHECK_EXCEPTION(parallel_for(1'000'000, 2,
                                     [&](std::size_t i) {
                                       ++calls;
                                       if (i == 3) throw Error(ErrorKind::corrupt, "three");
                                     },
                                     {}),
                        Error, [](const Error& e) { return e.message() == "three"; });
  BOOST_TEST(calls < 1'000'000);
}

BOOST_AUTO_TEST_CASE(cancelling_ends_it) {
  const CancelSource source;
  BOOST_CHECK_EXCEPTION(parallel_for(
                            1'000'000, 2,
                            [&](std::size_t i) {
                              if (i == 5) source.raise(CancelLevel::graceful);
                            },
                            source.token()),
                        Error, [](const Error& e) { return e.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_SUITE_END()
