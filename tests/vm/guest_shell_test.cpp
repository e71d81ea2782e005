#include "fakes/fake_runner.hpp"
#include "fakes/recording_reporter.hpp"
#include "support/files.hpp"
#include "vm/guest_shell.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::vm;

namespace {
const GuestPlace here{.argv = {"sh", "-c"}, .peer = "here"};
const GuestPlace by_ssh{.argv = {"ssh", "-T", "--", "vm"}, .peer = "the machine"};
} // namespace

BOOST_AUTO_TEST_SUITE(guest_shell)

BOOST_AUTO_TEST_CASE(command_runs_there) {
  const auto runner = process::system_runner();
  const auto ended =
      run_in(here, {"sh", "-c", "echo out; echo err >&2; exit 3"}, *runner, CancelToken());
  BOOST_TEST(ended.status.code == 3);
  BOOST_TEST(ended.out.starts_with("out"));
  BOOST_TEST(ended.err.starts_with("err"));
}

BOOST_AUTO_TEST_CASE(ssh_that_does_not_get_in_is_an_error_of_its_own) {
  fakes::FakeRunner runner;
  runner.on({"ssh"}, fakes::failing("ssh: connect to host vm port 22: Connection refused", 255));
  BOOST_CHECK_EXCEPTION((void)run_in(by_ssh, {"true"}, runner, CancelToken()), Error,
                        [](const Error& error) {
                          return error.kind() == ErrorKind::unavailable &&
                                 error.message() == "no ssh server answers on the machine";
                        });
  BOOST_TEST(run_in(here, {"sh", "-c", "exit 255"}, *process::system_runner(), CancelToken())
                 .status.code == 255);
}

BOOST_AUTO_TEST_CASE(file_goes_to_its_stdin) {
  const TempDir folder;
  const auto file = folder.path() / "file";
  const std::string text(300'000, 'x');
  write_file_atomically(file, text);
  const auto copy = folder.path() / "copy";
  const auto runner = process::system_runner();
  fakes::RecordingReporter reporter;
  progress::Step step(reporter, "send");
  const auto ended = send_to(here, {"sh", "-c", "head -c \"$1\" >\"$0\"", copy.string(), "300000"},
                             {.path = file, .size = text.size()}, step, *runner, CancelToken());
  BOOST_TEST(ended.status.success());
  BOOST_TEST(read_file(copy) == text);
}

BOOST_AUTO_TEST_CASE(program_that_does_not_take_it_says_why) {
  const TempDir folder;
  const auto file = folder.path() / "file";
  write_file_atomically(file, std::string(3'000'000, 'x'));
  fakes::RecordingReporter reporter;
  progress::Step step(reporter, "send");
  const auto ended =
      send_to(here, {"sh", "-c", "echo no space >&2; exit 1"}, {.path = file, .size = 3'000'000},
              step, *process::system_runner(), CancelToken());
  BOOST_TEST(ended.status.code == 1);
  BOOST_TEST(ended.err.contains("no space"));
}

BOOST_AUTO_TEST_SUITE_END()
