#include "archive/written_source.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <string>

using namespace nixbuild;
using archive::WrittenSource;

namespace {

std::string all_of(archive::Source& source) {
  std::string text;
  std::array<std::byte, 1000> buffer{};
  while (const std::size_t size = source.read(buffer))
    text.append(reinterpret_cast<const char*>(buffer.data()), size);
  return text;
}

void write(archive::Sink& sink, const std::string& text) {
  sink.write(std::as_bytes(std::span(text)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(written_source)

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
  const std::string large(5'000'000, 'x');
  WrittenSource source([&](archive::Sink& sink) {
    write(sink, "a");
    write(sink, large);
  });
  BOOST_TEST((all_of(source) == "a" + large));
}

BOOST_AUTO_TEST_CASE(a_failure_comes_after_all_that_was_written) {
  WrittenSource source([](archive::Sink& sink) {
    write(sink, "abc");
    throw Error(ErrorKind::corrupt, "no more");
  });
  std::array<std::byte, 3> buffer{};
  BOOST_TEST(archive::read_full(source, buffer) == 3U);
  BOOST_CHECK_THROW((void)source.read(buffer), Error);
}

BOOST_AUTO_TEST_CASE(a_writer_that_nobody_reads_ends) {
  std::atomic<bool> came_to_its_end{false};
  {
    WrittenSource source([&](archive::Sink& sink) {
      for (int piece = 0; piece < 100; ++piece)
        write(sink, std::string(100'000, 'x'));
      came_to_its_end = true;
    });
  }
  BOOST_TEST(!came_to_its_end);
}

BOOST_AUTO_TEST_SUITE_END()
