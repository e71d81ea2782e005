#include "plugin/cancel_watch.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <future>
#include <string>

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using nixbuild::CancelLevel;
using nixbuild::CancelSource;
using nixbuild::Environment;
using nixbuild::TempDir;
using nixbuild::UniqueFd;
using nixbuild::plugin::CancelWatch;
using nixbuild::plugin::SignalDisposition;

namespace {

// Lets a test wait until a level is reached.
class LevelWaiter {
public:
  LevelWaiter(const CancelSource& source, CancelLevel wanted)
      : registration_(source.token().on_cancel([this, wanted](CancelLevel level) {
        if (level == wanted) reached_.set_value();
      })) {}
  void wait() { reached_.get_future().wait(); }

private:
  std::promise<void> reached_; // before what uses it
  nixbuild::CancelToken::Registration registration_;
};

void send(int signal) {
  ::kill(::getpid(), signal);
}

void never() {
  BOOST_ERROR("gave up");
}

// The docker CLI's end: listens at `name` (a path, or "@" and an abstract name).
class CliSocket {
public:
  explicit CliSocket(const std::string& name) : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    std::size_t length = offsetof(sockaddr_un, sun_path) + name.size();
    if (name.front() == '@')
      address.sun_path[0] = '\0';
    else
      ++length;
    BOOST_REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address),
                         static_cast<socklen_t>(length)) == 0);
    BOOST_REQUIRE(::listen(listener_.get(), 1) == 0);
  }
  [[nodiscard]] UniqueFd accept() const {
    return UniqueFd(::accept(listener_.get(), nullptr, nullptr));
  }

private:
  UniqueFd listener_;
};

Environment with_socket(const std::string& name) {
  return Environment(std::map<std::string, std::string>{{"DOCKER_CLI_PLUGIN_SOCKET", name}});
}

bool is_blocked(int signal) {
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return ::sigismember(&mask, signal) == 1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cancel_watch)

BOOST_AUTO_TEST_CASE(every_signal_cancels) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const CancelSource source;
    LevelWaiter graceful(source, CancelLevel::graceful);
    const CancelWatch watch(source, {}, never);
    send(signal);
    graceful.wait();
  }
}

BOOST_AUTO_TEST_CASE(again_means_now) {
  const CancelSource source;
  LevelWaiter graceful(source, CancelLevel::graceful);
  LevelWaiter forced(source, CancelLevel::forced);
  std::promise<void> gave_up;
  const CancelWatch watch(source, {}, [&] { gave_up.set_value(); });
  send(SIGINT);
  graceful.wait();
  send(SIGINT);
  forced.wait();
  send(SIGINT);
  gave_up.get_future().wait();
}

BOOST_AUTO_TEST_CASE(end_of_the_socket_cancels) {
  const TempDir folder;
  for (const std::string& name : {
           (folder.path() / "s").string(),
#ifdef __linux__
           "@docker_nixbuild_test_" + std::to_string(::getpid()),
#endif
       }) {
    const CliSocket cli(name);
    const CancelSource source;
    LevelWaiter graceful(source, CancelLevel::graceful);
    const CancelWatch watch(source, with_socket(name), never);
    UniqueFd end = cli.accept();
    BOOST_TEST((source.token().level() == CancelLevel::none));
    end.reset();
    graceful.wait();
  }
}

BOOST_AUTO_TEST_CASE(words_on_the_socket_mean_nothing) {
  const TempDir folder;
  const std::string name = folder.path() / "s";
  const CliSocket cli(name);
  const CancelSource source;
  LevelWaiter graceful(source, CancelLevel::graceful);
  {
    const CancelWatch watch(source, with_socket(name), never);
    const UniqueFd end = cli.accept();
    BOOST_TEST(::write(end.get(), "x", 1) == 1);
    BOOST_TEST((source.token().level() == CancelLevel::none));
  }
}

// A CLI off a terminal whose own stdin is one: both come at the same instant.
BOOST_AUTO_TEST_CASE(socket_does_not_count_as_a_signal) {
  const TempDir folder;
  const std::string name = folder.path() / "s";
  const CliSocket cli(name);
  const CancelSource source;
  LevelWaiter graceful(source, CancelLevel::graceful);
  LevelWaiter forced(source, CancelLevel::forced);
  std::atomic<bool> gave_up = false;
  {
    const CancelWatch watch(source, with_socket(name), [&] { gave_up = true; });
    cli.accept().reset();
    graceful.wait();
    send(SIGINT);
    send(SIGTERM);
    forced.wait();
  }
  BOOST_TEST(!gave_up);
}

BOOST_AUTO_TEST_CASE(unreachable_sockets_are_ignored) {
  const TempDir folder;
  for (const std::string& name :
       {(folder.path() / "none").string(), std::string(500, 'x'), std::string("@nobody_listens")}) {
    const CancelSource source;
    LevelWaiter graceful(source, CancelLevel::graceful);
    const CancelWatch watch(source, with_socket(name), never);
    BOOST_TEST((source.token().level() == CancelLevel::none));
    send(SIGINT);
    graceful.wait();
  }
}

BOOST_AUTO_TEST_CASE(nohup_is_respected) {
  const SignalDisposition nohup(SIGHUP, SIG_IGN);
  const CancelSource source;
  LevelWaiter graceful(source, CancelLevel::graceful);
  {
    const CancelWatch watch(source, {}, never);
    send(SIGHUP);
    send(SIGINT);
    graceful.wait();
  }
  BOOST_TEST((source.token().level() == CancelLevel::graceful));
}

BOOST_AUTO_TEST_CASE(everything_is_undone) {
  {
    const CancelWatch watch(CancelSource(), {}, never);
    BOOST_TEST(is_blocked(SIGINT));
  }
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    BOOST_TEST(!is_blocked(signal));
  struct sigaction action{};
  ::sigaction(SIGPIPE, nullptr, &action);
  BOOST_TEST((action.sa_handler == SIG_DFL));
}

BOOST_AUTO_TEST_SUITE_END()
