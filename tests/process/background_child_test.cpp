#include "process/runner.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <span>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace nixbuild;
using process::Command;

namespace {

Command sh(std::string script) {
  return {.argv = {"/bin/sh", "-c", std::move(script)}};
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = read_some(fd, std::as_writable_bytes(std::span(buffer))))
    text.append(buffer.data(), got);
  return text;
}

void send(int fd, std::string_view text) {
  write_all(fd, std::as_bytes(std::span(text)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(background_child)

BOOST_AUTO_TEST_CASE(the_socket_is_stdin_and_stdout) {
  Pipe ends = make_socket_pair();
  const auto runner = process::system_runner();
  const auto child =
      runner->start_on_socket(sh("read line; echo \"got $line\""), std::move(ends.write));
  send(ends.read.get(), "hello\n");
  BOOST_TEST(read_all(ends.read.get()) == "got hello\n");
  BOOST_TEST(child->wait().success());
}

BOOST_AUTO_TEST_CASE(the_child_sees_the_end_of_the_socket) {
  Pipe ends = make_socket_pair();
  const auto runner = process::system_runner();
  const auto child = runner->start_on_socket(sh("cat >/dev/null; exit 5"), std::move(ends.write));
  ends.read.reset();
  BOOST_TEST(child->wait().code == 5);
  BOOST_TEST(child->wait().code == 5); // as often as one likes
}

BOOST_AUTO_TEST_CASE(a_loud_stderr_neither_blocks_nor_grows) {
  Pipe ends = make_socket_pair();
  const auto runner = process::system_runner();
  const auto child = runner->start_on_socket(
      sh("yes loud | head -n 200000 >&2; echo the end >&2; exit 1"), std::move(ends.write));
  BOOST_TEST(child->wait().code == 1);
  const std::string tail = child->tail_of_stderr();
  BOOST_TEST(tail.size() == 4096U);
  BOOST_TEST(tail.ends_with("loud\nthe end\n"));
}

BOOST_AUTO_TEST_CASE(missing_program) {
  Pipe ends = make_socket_pair();
  const auto runner = process::system_runner();
  BOOST_CHECK_EXCEPTION(
      runner->start_on_socket({.argv = {"no-such-program"}}, std::move(ends.write)), Error,
      [](const Error& error) { return error.kind() == ErrorKind::not_found; });
  BOOST_TEST(read_all(ends.read.get()).empty()); // and our end was closed
}

BOOST_AUTO_TEST_CASE(the_destructor_ends_the_group) {
  Pipe ends = make_socket_pair();
  const auto runner = process::system_runner();
  {
    const auto child =
        runner->start_on_socket(sh("sleep 1000 & echo up; wait"), std::move(ends.write));
    std::array<std::byte, 3> up{};
    BOOST_TEST(read_some(ends.read.get(), up) == 3U);
  }
  // The grandchild held the socket open too.
  BOOST_TEST(read_all(ends.read.get()).empty());
  BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
}

BOOST_AUTO_TEST_CASE(the_child_outlives_the_thread_that_started_it) {
  Pipe ends = make_socket_pair();
  const auto runner = process::system_runner();
  std::unique_ptr<process::Child> child;
  std::thread([&] {
    child = runner->start_on_socket(sh("read line; echo \"still $line\""), std::move(ends.write));
  }).join();
  send(ends.read.get(), "here\n");
  BOOST_TEST(read_all(ends.read.get()) == "still here\n");
  BOOST_TEST(child->wait().success());
}

BOOST_AUTO_TEST_SUITE_END()
