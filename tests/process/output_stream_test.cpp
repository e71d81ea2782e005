#include "process/output_stream.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace nixbuild;

namespace {

struct Fixture {
  std::unique_ptr<process::Runner> runner = process::system_runner();
  std::string output;

  void stream(const std::string& script, const CancelToken& cancel = {}) {
    process::stream_output(
        *runner, {.argv = {"/bin/sh", "-c", script}, .directory = {}, .environment = {}},
        [this](std::span<const std::byte> bytes) {
          output.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        },
        cancel);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(output_stream, Fixture)

BOOST_AUTO_TEST_CASE(bytes_come_as_they_are) {
  stream(R"(printf 'a\0b\n\n'; printf c)");
  BOOST_TEST(output == std::string("a\0b\n\nc", 6));
}

BOOST_AUTO_TEST_CASE(a_failure_has_the_program_s_last_words) {
  BOOST_CHECK_EXCEPTION(stream("printf some; echo no such thing >&2; exit 3"), Error,
                        [](const Error& error) {
                          return error.kind() == ErrorKind::failed &&
                                 error.detail().find("no such thing") != std::string::npos;
                        });
  BOOST_TEST(output == "some");
}

BOOST_AUTO_TEST_CASE(a_program_without_end_is_cancelled_when_its_output_has_begun) {
  const CancelSource source;
  const auto cancel_at_first_byte = [&](std::span<const std::byte>) {
    source.raise(CancelLevel::graceful);
  };
  BOOST_CHECK_EXCEPTION(
      process::stream_output(*runner,
                             {.argv = {"/bin/sh", "-c", "echo begun; exec sleep 600"},
                              .directory = {},
                              .environment = {}},
                             cancel_at_first_byte, source.token()),
      Error, [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_SUITE_END()
