#include "http/socket_client.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstring>
#include <string>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>

using namespace nixbuild;

namespace {

UniqueFd bound_socket(const std::filesystem::path& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  BOOST_REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

void check_connect_fails(const std::filesystem::path& path, int reason) {
  const auto connector = http::unix_connector(path);
  BOOST_CHECK_EXCEPTION(
      (void)connector->connect({}), http::ConnectError, [&](const http::ConnectError& error) {
        return error.kind() == ErrorKind::unavailable && error.errno_value() == reason &&
               error.message().find(path.string()) != std::string::npos;
      });
}

} // namespace

BOOST_AUTO_TEST_SUITE(unix_connector)

BOOST_AUTO_TEST_CASE(connects) {
  const TempDir directory;
  const UniqueFd listener = bound_socket(directory.path() / "s");
  BOOST_REQUIRE(::listen(listener.get(), 1) == 0);
  const UniqueFd connection = http::unix_connector(directory.path() / "s")->connect({}).socket;
  BOOST_TEST(bool(connection));
}

BOOST_AUTO_TEST_CASE(tells_why_it_cannot) {
  const TempDir directory;
  check_connect_fails(directory.path() / "absent", ENOENT);
  // A socket that nobody listens on any more: what an engine that was killed leaves behind.
  const UniqueFd stale = bound_socket(directory.path() / "stale");
  check_connect_fails(directory.path() / "stale", ECONNREFUSED);
}

BOOST_AUTO_TEST_CASE(refuses_paths_that_no_socket_can_have) {
  for (const std::string& path : {std::string(), std::string(200, 'x')}) {
    BOOST_CHECK_EXCEPTION((void)http::unix_connector(path), Error, [](const Error& error) {
      return error.kind() == ErrorKind::invalid_input;
    });
  }
}

BOOST_AUTO_TEST_CASE(cancel_ends_the_wait_for_a_busy_server) {
  const TempDir directory;
  const UniqueFd listener = bound_socket(directory.path() / "s");
  BOOST_REQUIRE(::listen(listener.get(), 0) == 0);
  const auto connector = http::unix_connector(directory.path() / "s");
  const CancelSource source;
  std::vector<UniqueFd> waiting;
  std::thread canceller;
  // Nobody accepts, so that sooner or later a connection has to wait (on Linux; elsewhere it is
  // refused).
  try {
    waiting.push_back(connector->connect({}).socket);
    canceller = std::thread([&] { source.raise(CancelLevel::graceful); });
    for (int i = 0; i < 1000; ++i)
      waiting.push_back(connector->connect(source.token()).socket);
    BOOST_ERROR("1000 connections nobody accepted");
  } catch (const Error& error) {
    BOOST_CHECK(error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::unavailable);
  }
  if (canceller.joinable()) canceller.join();
}

BOOST_AUTO_TEST_SUITE_END()
