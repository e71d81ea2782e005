#include "support/error.hpp"
#include "support/file_lock.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace nixbuild;

BOOST_AUTO_TEST_SUITE(file_lock)

BOOST_AUTO_TEST_CASE(the_second_holder_waits_for_the_first) {
  const TempDir folder;
  const auto file = folder.path() / "new" / "lock";
  const auto never = [] { BOOST_ERROR("nobody else has it"); };
  std::optional<FileLock> first(std::in_place, file, never, CancelToken());
  int waits = 0;
  const FileLock second(file,
                        [&] {
                          ++waits;
                          first.reset();
                        },
                        {});
  BOOST_TEST(waits == 1);
}

BOOST_AUTO_TEST_CASE(waiting_can_be_cancelled) {
  const TempDir folder;
  const auto file = folder.path() / "lock";
  const FileLock first(file, {}, {});
  const CancelSource stop;
  BOOST_CHECK_EXCEPTION(FileLock(
                            file, [&] { stop.raise(CancelLevel::graceful); }, stop.token()),
                        Error,
                        [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_named) {
  BOOST_CHECK_EXCEPTION(FileLock("/dev/null/x/lock", {}, {}), Error, [](const Error& error) {
    return error.kind() == ErrorKind::io && error.message().contains("/dev/null/x");
  });
}

BOOST_AUTO_TEST_SUITE_END()
