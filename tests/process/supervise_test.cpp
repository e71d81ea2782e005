#include "process/supervise.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace nixbuild;
using namespace nixbuild::process;
using namespace std::chrono_literals;

namespace {

Command sh(std::string script) {
  return {.argv = {"/bin/sh", "-c", std::move(script)}};
}

struct Streams {
  UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  Pipe out = make_pipe();
};

} // namespace

BOOST_AUTO_TEST_SUITE(supervise_a_child)

BOOST_AUTO_TEST_CASE(forced_level_does_not_wait_for_the_grace_time) {
  Streams streams;
  ChildProcess child(
      sh("trap '' TERM; echo up; while :; do sleep 1; done"),
      {.in = streams.null.get(), .out = streams.out.write.get(), .err = streams.null.get()});
  streams.out.write.reset();
  const CancelSource source;
  std::vector<OutputPipe> outputs;
  outputs.push_back({.read = std::move(streams.out.read), .on_bytes = [&](std::string_view) {
                       source.raise(CancelLevel::graceful);
                       source.raise(CancelLevel::forced);
                     }});
  const ExitStatus status = supervise(child, std::move(outputs), source.token(), 1h);
  BOOST_TEST((status.signal == SIGKILL));
}

BOOST_AUTO_TEST_CASE(the_grace_time_ends) {
  Streams streams;
  ChildProcess child(
      sh("trap '' TERM; echo up; while :; do sleep 1; done"),
      {.in = streams.null.get(), .out = streams.out.write.get(), .err = streams.null.get()});
  streams.out.write.reset();
  const CancelSource source;
  std::vector<OutputPipe> outputs;
  outputs.push_back({.read = std::move(streams.out.read),
                     .on_bytes = [&](std::string_view) { source.raise(CancelLevel::graceful); }});
  BOOST_TEST((supervise(child, std::move(outputs), source.token(), 10ms).signal == SIGKILL));
}

// It closed the pipes that we watch and ignores SIGTERM; what it holds is the test's own pipe.
BOOST_AUTO_TEST_CASE(a_deaf_background_program_is_killed_too) {
  Streams streams;
  Pipe up = make_pipe();
  ChildProcess child(
      sh("(trap '' TERM; echo up >&2; exec sleep 1000 >/dev/null) & wait"),
      {.in = streams.null.get(), .out = streams.out.write.get(), .err = up.write.get()});
  streams.out.write.reset();
  up.write.reset();
  std::array<std::byte, 3> word{};
  BOOST_TEST(read_some(up.read.get(), word) == 3U);
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  std::vector<OutputPipe> outputs;
  outputs.push_back({.read = std::move(streams.out.read), .on_bytes = [](std::string_view) {}});
  BOOST_TEST((supervise(child, std::move(outputs), source.token(), 1h).signal == SIGTERM));
  BOOST_TEST(read_some(up.read.get(), word) == 0U);
}

// Stands for a program left in the background that never stops writing.
BOOST_AUTO_TEST_CASE(endless_output_after_the_end_is_not_read_for_ever) {
  const Streams streams;
  ChildProcess child(
      sh("exit 4"),
      {.in = streams.null.get(), .out = streams.null.get(), .err = streams.null.get()});
  std::vector<OutputPipe> outputs;
  outputs.push_back({.read = UniqueFd(::open("/dev/zero", O_RDONLY | O_CLOEXEC)),
                     .on_bytes = [](std::string_view) {}});
  BOOST_TEST(supervise(child, std::move(outputs), {}, 1h).code == 4);
}

BOOST_AUTO_TEST_SUITE_END()
