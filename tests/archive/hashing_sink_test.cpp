#include "archive/hashing_sink.hpp"
#include "fakes/memory_stream.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using archive::HashingSink;
using archive::Sha256;
using fakes::MemorySink;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string digest(std::string_view text) {
  Sha256 hash;
  hash.update(bytes(text));
  return hash.finish();
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(i * 31 + i / 997);
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hashing_sink)

BOOST_AUTO_TEST_CASE(passes_everything_on_and_hashes_it) {
  constexpr std::size_t buffer = 262144;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, buffer - 1, buffer, buffer + 1, 9 * buffer + 7}) {
    const std::string text = pattern(size);
    for (const std::size_t piece : {std::size_t{1000}, buffer, 3 * buffer}) {
      MemorySink next;
      HashingSink sink(next);
      for (std::size_t at = 0; at < size; at += piece)
        sink.write(bytes(text).subspan(at, std::min(piece, size - at)));
      BOOST_TEST(sink.finish() == digest(text));
      BOOST_TEST((next.text == text));
    }
  }
}

BOOST_AUTO_TEST_CASE(begins_anew_after_finishing) {
  MemorySink next;
  HashingSink sink(next);
  const std::string text = pattern(2'000'000);
  for (int i = 0; i < 3; ++i) {
    sink.write(bytes(text));
    BOOST_TEST(sink.finish() == digest(text));
  }
  BOOST_TEST(sink.finish() == digest(""));
}

BOOST_AUTO_TEST_CASE(may_be_given_up_at_any_time) {
  const std::string text = pattern(2'000'000);
  for (const std::size_t capacity : {0U, 1'000'000U, 2'000'000U}) {
    MemorySink next(capacity);
    HashingSink sink(next);
    try {
      for (std::size_t at = 0; at < text.size(); at += 100'000)
        sink.write(bytes(text).subspan(at, 100'000));
    } catch (const Error&) {
      BOOST_TEST(capacity < text.size());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
