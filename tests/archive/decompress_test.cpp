#include "archive/decompress.hpp"
#include "fakes/compress.hpp"
#include "fakes/memory_stream.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace nixbuild;
using archive::Compression;
using fakes::MemorySource;

namespace {

struct Format {
  Compression compression;
  std::string (*compress)(std::string_view);
};
constexpr Format formats[] = {{Compression::gzip, fakes::gzip},
                              {Compression::zstd, fakes::zstd},
                              {Compression::xz, fakes::xz}};

// Compressible, but not to nothing.
std::string sample(std::size_t size) {
  std::string text;
  unsigned state = 1;
  while (text.size() < size) {
    state = state * 1664525U + 1013904223U;
    text += static_cast<char>('a' + (state >> 28U));
  }
  return text;
}

std::string decompressed(const std::string& bytes, Compression compression,
                         std::size_t piece = 65536) {
  const auto source =
      archive::decompress(std::make_unique<MemorySource>(bytes, piece), compression);
  return fakes::read_all(*source);
}

// The message of the Error that `operation` throws, which must be of kind corrupt.
std::string complaint(const std::function<void()>& operation) {
  try {
    operation();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::corrupt ? error.message() : "wrong kind: " + error.message();
  }
  return "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(decompress)

BOOST_AUTO_TEST_CASE(formats_are_told_by_their_magic) {
  for (const auto& [compression, compress] : formats) {
    const std::string bytes = compress("text");
    BOOST_TEST((archive::detect_compression(std::as_bytes(std::span(bytes))) == compression));
    const auto first_byte = std::as_bytes(std::span(bytes)).first(1);
    BOOST_TEST((archive::detect_compression(first_byte) == Compression::none));
  }
  BOOST_TEST((archive::detect_compression({}) == Compression::none));
}

BOOST_AUTO_TEST_CASE(whole_streams_in_pieces_of_any_size) {
  const std::string text = sample(300000);
  for (const auto& [compression, compress] : formats) {
    const std::string bytes = compress(text);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
      BOOST_TEST((decompressed(bytes, compression, piece) == text));
    }
    BOOST_TEST(decompressed(compress(""), compression).empty());
  }
}

BOOST_AUTO_TEST_CASE(members_in_a_row_are_one_stream) {
  for (const auto& [compression, compress] : formats) {
    const std::string bytes = compress("one ") + compress("") + compress("two");
    for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
      BOOST_TEST(decompressed(bytes, compression, piece) == "one two");
    }
  }
}

BOOST_AUTO_TEST_CASE(stream_cut_anywhere_ends_too_early) {
  for (const auto& [compression, compress] : formats) {
    const std::string bytes = compress(sample(2000));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      if (compression == Compression::zstd && length == 0) continue; // zero frames are a stream
      const std::string message =
          complaint([&] { (void)decompressed(bytes.substr(0, length), compression); });
      BOOST_TEST(message.ends_with("stream ends too early"), message << " at " << length);
    }
  }
}

BOOST_AUTO_TEST_CASE(second_member_cut_anywhere_ends_too_early) {
  for (const auto& [compression, compress] : formats) {
    const std::string first = compress("first");
    const std::string second = compress("second");
    // Less than its magic number is, for gzip, trailing garbage.
    for (std::size_t length = 6; length < second.size(); ++length) {
      const std::string message =
          complaint([&] { (void)decompressed(first + second.substr(0, length), compression); });
      BOOST_TEST(message.ends_with("stream ends too early"), message << " at " << length);
    }
  }
}

BOOST_AUTO_TEST_CASE(damage_is_found_by_the_checksum) {
  const std::string text = sample(2000);
  for (const auto& [compression, compress] : formats) {
    if (compression == Compression::zstd) continue; // ZSTD_compress writes no checksum
    std::string bytes = compress(text);
    bytes[bytes.size() / 2] ^= 0x10;
    const std::string message = complaint([&] { (void)decompressed(bytes, compression); });
    BOOST_TEST(message.find("damaged") != std::string::npos, message);
  }
}

BOOST_AUTO_TEST_CASE(what_follows_is_treated_as_the_tools_do) {
  for (const std::string& garbage :
       {std::string(1000, '\0'), std::string("garbage"), std::string("\x1f")}) {
    BOOST_TEST(decompressed(fakes::gzip("text") + garbage, Compression::gzip) == "text");
    BOOST_TEST(complaint([&] {
                 (void)decompressed(fakes::zstd("text") + garbage, Compression::zstd);
               }) != "none");
  }
  BOOST_TEST(complaint([&] {
               (void)decompressed(fakes::xz("text") + std::string(12, 'x'), Compression::xz);
             }) == "the xz stream is damaged: bad data");
  const std::string stream_padding(8, '\0');
  BOOST_TEST(decompressed(fakes::xz("text") + stream_padding, Compression::xz) == "text");
}

BOOST_AUTO_TEST_CASE(xz_that_needs_too_much_memory_is_refused) {
  lzma_options_lzma options;
  BOOST_REQUIRE(!lzma_lzma_preset(&options, 0));
  options.dict_size = 256U << 20U;
  lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  std::string out(1000, '\0');
  std::size_t size = 0;
  const std::string text = "text";
  BOOST_REQUIRE(lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, nullptr,
                                          reinterpret_cast<const std::uint8_t*>(text.data()),
                                          text.size(), reinterpret_cast<std::uint8_t*>(out.data()),
                                          &size, out.size()) == LZMA_OK);
  out.resize(size);
  BOOST_TEST(complaint([&] { (void)decompressed(out, Compression::xz); }) ==
             "the xz stream needs more than 128 MiB to be decompressed");
}

BOOST_AUTO_TEST_CASE(no_compression_changes_nothing) {
  BOOST_TEST(decompressed("text", Compression::none) == "text");
}

BOOST_AUTO_TEST_SUITE_END()
