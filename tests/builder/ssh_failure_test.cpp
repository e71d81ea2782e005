#include "builder/agent_script.hpp"
#include "builder/ssh_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::builder;

namespace {

Error failure(int code, std::string err, std::string out = {}) {
  return start_failure(
      {.status = process::ExitStatus{.code = code}, .out = std::move(out), .err = std::move(err)},
      "vm");
}

} // namespace

BOOST_AUTO_TEST_SUITE(ssh_failures)

BOOST_AUTO_TEST_CASE(what_ssh_says_is_understood) {
  struct Case {
    const char* words;
    ErrorKind kind;
    const char* message;
  };
  const std::vector<Case> cases{
      {"No ED25519 host key is known for vm and you have requested strict checking.\r\n"
       "Host key verification failed.\r\n",
       ErrorKind::refused, "the host key of vm is not known"},
      {"@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
       "Host key verification failed.\r\n",
       ErrorKind::refused, "the host key of vm is not the one that is known"},
      {"me@vm: Permission denied (publickey,password).\r\n", ErrorKind::refused,
       "vm does not let us in by a key, and no password can be asked for here"},
      {"ssh: connect to host vm port 22: Connection refused\r\n", ErrorKind::unavailable,
       "no ssh server answers on vm"},
      {"ssh: Could not resolve hostname vm: Name or service not known\r\n", ErrorKind::unavailable,
       "the name of vm is not known"},
      {"ssh: connect to host vm port 22: Connection timed out\r\n", ErrorKind::unavailable,
       "vm does not answer"},
      {"kex_exchange_identification: read: Connection reset by peer\r\n"
       "Connection reset by 192.0.2.1 port 22\r\n",
       ErrorKind::unavailable,
       "the ssh server of vm closes the connection before anyone can log in"},
      {"Connection closed by 192.0.2.1 port 22\r\n", ErrorKind::unavailable,
       "the ssh server of vm closes the connection before anyone can log in"},
      {"something new\r\n", ErrorKind::unavailable, "cannot get to vm by ssh"},
  };
  for (const Case& one : cases) {
    const Error error = failure(255, one.words);
    BOOST_TEST((error.kind() == one.kind));
    BOOST_TEST(error.message() == one.message);
    BOOST_TEST(error.detail() == one.words);
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_from_other_troubles) {
  BOOST_TEST((
      failure(script_status::cannot_write, "head: error writing: No space left on device").kind() ==
      ErrorKind::no_space));
  BOOST_TEST((failure(script_status::cannot_write, "mkdir: Read-only file system").kind() ==
              ErrorKind::io));
}

BOOST_AUTO_TEST_CASE(a_machine_without_agent_is_named) {
  const Error error = failure(script_status::other_machine, "banner\nLinux riscv64\n");
  BOOST_TEST((error.kind() == ErrorKind::not_found));
  BOOST_TEST(error.message() == "this installation has no agent for vm (Linux riscv64)");
}

BOOST_AUTO_TEST_CASE(a_shell_that_prints_is_shown) {
  const Error error = failure(0, "", "Welcome!\n");
  BOOST_TEST(error.message().find("the shell on vm prints text") == 0U);
  BOOST_TEST(error.detail() == "Welcome!\n");
}

BOOST_AUTO_TEST_CASE(a_signal_is_not_a_status) {
  const Error error = start_failure(
      {.status = process::ExitStatus{.code = 255, .signal = 9}, .out = {}, .err = {}}, "vm");
  BOOST_TEST(error.message() == "the way to vm was ended by signal 9");
}

BOOST_AUTO_TEST_SUITE_END()
