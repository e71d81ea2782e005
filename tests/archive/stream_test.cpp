#include "archive/stream.hpp"
#include "fakes/memory_stream.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using archive::LimitedSource;
using fakes::MemorySink;
using fakes::MemorySource;

BOOST_AUTO_TEST_SUITE(stream)

BOOST_AUTO_TEST_CASE(skipping_reads_and_drops) {
  MemorySource source(std::string(200000, 'x') + "rest", 1000);
  BOOST_TEST(source.skip(200000) == 200000U);
  BOOST_TEST(source.skip(0) == 0U);
  BOOST_TEST(fakes::read_all(source) == "rest");
  BOOST_TEST(source.skip(5) == 0U);
}

BOOST_AUTO_TEST_CASE(limited_source_leaves_the_rest) {
  MemorySource source("0123456789", 3);
  LimitedSource first(source, 5);
  BOOST_TEST(fakes::read_all(first) == "01234");
  LimitedSource second(source, 100);
  BOOST_TEST(fakes::read_all(second) == "56789");
}

BOOST_AUTO_TEST_CASE(reading_full_fills_over_short_reads) {
  MemorySource source("0123456789", 3);
  std::array<std::byte, 7> buffer{};
  BOOST_TEST(archive::read_full(source, buffer) == 7U);
  BOOST_TEST(archive::read_full(source, buffer) == 3U);
  BOOST_TEST(archive::read_full(source, buffer) == 0U);
}

BOOST_AUTO_TEST_CASE(copying_moves_everything) {
  const std::string text(1'000'000, 'x');
  MemorySource source(text);
  MemorySink sink;
  BOOST_TEST(archive::copy(source, sink) == text.size());
  BOOST_TEST((sink.text == text));
}

BOOST_AUTO_TEST_SUITE_END()
