#include "support/cancel.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

#include <poll.h>

using nixbuild::CancelLevel;
using nixbuild::CancelSource;
using nixbuild::CancelToken;

namespace {

bool readable(int fd) {
  pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) == 1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cancel)

BOOST_AUTO_TEST_CASE(default_token_is_never_cancelled) {
  const CancelToken token;
  BOOST_TEST(!token.cancelled());
  BOOST_TEST(token.poll_fd() == -1);
  BOOST_CHECK_NO_THROW(token.throw_if_cancelled());
}

BOOST_AUTO_TEST_CASE(raising_reaches_every_reader) {
  const CancelSource source;
  const CancelToken token = source.token();
  BOOST_TEST(!readable(token.poll_fd()));
  source.raise(CancelLevel::graceful);
  BOOST_TEST(token.cancelled());
  BOOST_TEST(readable(token.poll_fd()));
  BOOST_CHECK_EXCEPTION(token.throw_if_cancelled(), nixbuild::Error, [](const auto& error) {
    return error.kind() == nixbuild::ErrorKind::cancelled;
  });
}

BOOST_AUTO_TEST_CASE(callbacks_see_each_rise_once) {
  const CancelSource source;
  std::vector<CancelLevel> seen;
  {
    const auto registration =
        source.token().on_cancel([&](CancelLevel level) { seen.push_back(level); });
    source.raise(CancelLevel::graceful);
    source.raise(CancelLevel::graceful);
    source.raise(CancelLevel::forced);
    source.raise(CancelLevel::graceful);
  }
  BOOST_TEST((seen == std::vector{CancelLevel::graceful, CancelLevel::forced}));
}

BOOST_AUTO_TEST_CASE(late_callback_is_called_at_once) {
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  int calls = 0;
  const auto registration = source.token().on_cancel([&](CancelLevel) { ++calls; });
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(no_call_after_registration_ended) {
  const CancelSource source;
  int calls = 0;
  {
    const auto registration = source.token().on_cancel([&](CancelLevel) { ++calls; });
  }
  source.raise(CancelLevel::graceful);
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_SUITE_END()
