#include "process/parent.hpp"
#include "process/spawn.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace nixbuild;

namespace {

// The exit status of a process that has blocked and ignored signals, as ours has, and becomes
// `command`; 99 when it throws.
int status_after(const process::Command& command) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN); // nohup's
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    try {
      process::become(command);
    } catch (const std::exception&) {
      ::_exit(99);
    }
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

process::Command sh(const std::string& script) {
  return {.argv = {"sh", "-c", script}, .directory = {}, .environment = {{"COLOUR", "red"}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(become)

BOOST_AUTO_TEST_CASE(the_program_s_status_is_ours) {
  BOOST_TEST(status_after(sh("exit 7")) == 7);
  BOOST_TEST(status_after(sh("test \"$COLOUR\" = red")) == 0);
  BOOST_TEST(status_after({.argv = {"/nowhere/program"}}) == 99);
  BOOST_TEST(status_after({.argv = {"no-such-program-anywhere"}}) == 99);
}

BOOST_AUTO_TEST_CASE(signals_are_as_we_got_them) {
  BOOST_TEST(status_after(sh("kill -TERM $$; exit 0")) == 128 + SIGTERM);
  BOOST_TEST(status_after(sh("kill -PIPE $$; exit 0")) == 128 + SIGPIPE);
  BOOST_TEST(status_after(sh("kill -HUP $$; exit 0")) == 0);
}

#ifdef __linux__
BOOST_AUTO_TEST_CASE(the_parent_s_command_line) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto arguments = process::arguments_of_parent();
    ::_exit(!arguments.empty() && arguments.front().ends_with("test_process") ? 0 : 1);
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
