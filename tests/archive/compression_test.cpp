#include "archive/compression.hpp"
#include "archive/encoders.hpp"
#include "fakes/memory_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace nixbuild;
using archive::Compression;
using fakes::MemorySink;
using fakes::MemorySource;

namespace {

using MakeEncoder = std::function<std::unique_ptr<archive::Compressor>(archive::Sink&)>;

std::string compressed(const std::string& text, const MakeEncoder& make,
                       std::size_t piece = std::string::npos) {
  MemorySink out;
  const auto encoder = make(out);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t count = std::min(piece, text.size() - at);
    encoder->write(std::as_bytes(std::span(text)).subspan(at, count));
    at += count;
  }
  encoder->finish();
  return out.text;
}

MakeEncoder encoder_of(Compression compression, std::size_t threads) {
  return [=](archive::Sink& out) {
    return compression == Compression::gzip ? archive::gzip_encoder(out, threads)
                                            : archive::zstd_encoder(out, threads);
  };
}

std::string decompressed(std::string bytes, Compression compression) {
  return fakes::read_all(
      *archive::decompress(std::make_unique<MemorySource>(std::move(bytes)), compression));
}

// Neither all alike nor all different.
std::string sample(std::size_t size) {
  std::string text;
  text.reserve(size + 16);
  std::uint64_t state = 1;
  while (text.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    text += std::to_string(state >> 48U);
    text += (state >> 40U) % 3 == 0 ? " and the same again " : "\n";
  }
  text.resize(size);
  return text;
}

constexpr std::size_t mib = std::size_t{1} << 20U;
constexpr auto both = {Compression::gzip, Compression::zstd};

} // namespace

BOOST_AUTO_TEST_SUITE(compression)

BOOST_AUTO_TEST_CASE(gzip_stores_what_hardly_compresses_and_only_that) {
  std::string noise;
  std::uint64_t state = 7;
  while (noise.size() < mib) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    noise += static_cast<char>(state >> 56U);
  }
  const std::string text = sample(mib);
  const std::string bytes = compressed(text + noise, encoder_of(Compression::gzip, 2));
  BOOST_TEST(bytes.contains(noise.substr(mib / 2, 1000)));
  BOOST_TEST(!bytes.contains(text.substr(mib / 2, 1000)));
  BOOST_TEST(bytes.size() < noise.size() + text.size() / 2);
  BOOST_TEST((decompressed(bytes, Compression::gzip) == text + noise));
}

BOOST_AUTO_TEST_CASE(what_was_compressed_comes_back) {
  for (const Compression format : both) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{70'000}, mib - 1,
                                   mib, mib + 1, 3 * mib, 9 * mib + 12'345}) {
      const std::string text = sample(size);
      const std::string bytes = compressed(
          text, [&](archive::Sink& out) { return archive::make_compressor(format, out); });
      BOOST_TEST((archive::detect_compression(std::as_bytes(std::span(bytes))) == format));
      BOOST_TEST((decompressed(bytes, format) == text), "of " << size << " bytes");
      if (size > 1) BOOST_TEST(bytes.size() < size);
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_depend_neither_on_the_cutting_nor_on_the_threads) {
  const std::string text = sample(20 * mib + 77);
  for (const Compression format : both) {
    const std::string bytes = compressed(text, encoder_of(format, 1));
    for (const std::size_t threads : {std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
      for (const std::size_t piece : {std::size_t{999}, std::size_t{65'536}, 3 * mib + 1}) {
        BOOST_TEST((compressed(text, encoder_of(format, threads), piece) == bytes),
                   threads << " threads, pieces of " << piece);
      }
    }
  }
  const std::string little = "some text that is cut everywhere";
  for (const Compression format : both) {
    const std::string bytes = compressed(little, encoder_of(format, 1));
    for (std::size_t piece = 1; piece < little.size(); ++piece)
      BOOST_TEST((compressed(little, encoder_of(format, 2), piece) == bytes));
  }
}

BOOST_AUTO_TEST_CASE(what_does_not_compress_hardly_grows) {
  std::string noise(2 * mib + 5, '\0');
  std::uint64_t state = 7;
  for (char& c : noise) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    c = static_cast<char>(state >> 56U);
  }
  for (const Compression format : both) {
    const std::string bytes = compressed(noise, encoder_of(format, 2));
    BOOST_TEST(bytes.size() < noise.size() + 2048);
    BOOST_TEST((decompressed(bytes, format) == noise));
  }
}

BOOST_AUTO_TEST_CASE(a_gzip_member_tells_nothing_of_when_and_where) {
  const std::string bytes = compressed("text", encoder_of(Compression::gzip, 1));
  BOOST_TEST(bytes.substr(0, 10) == std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
}

BOOST_AUTO_TEST_CASE(a_sink_that_fails_ends_it) {
  const std::string text = sample(12 * mib);
  for (const Compression format : both) {
    MemorySink full(100'000);
    const auto encoder = encoder_of(format, 3)(full);
    const auto write_all = [&] {
      encoder->write(std::as_bytes(std::span(text)));
      encoder->finish();
    };
    BOOST_CHECK_THROW(write_all(), Error);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_left_running_by_one_that_is_not_finished) {
  MemorySink out;
  const std::string text = sample(6 * mib);
  for (const Compression format : both)
    encoder_of(format, 3)(out)->write(std::as_bytes(std::span(text)));
}

BOOST_AUTO_TEST_CASE(without_compression_everything_passes) {
  const auto pass = [](archive::Sink& out) {
    return archive::make_compressor(Compression::none, out);
  };
  BOOST_TEST(compressed("as it is", pass, 3) == "as it is");
  BOOST_CHECK_THROW(
      (void)compressed(
          "x", [](archive::Sink& out) { return archive::make_compressor(Compression::xz, out); }),
      Error);
}

BOOST_AUTO_TEST_CASE(encoders_have_different_identities) {
  const std::string gzip = archive::encoder_identity(Compression::gzip);
  const std::string zstd = archive::encoder_identity(Compression::zstd);
  BOOST_TEST(gzip.starts_with("gzip zlib="));
  BOOST_TEST(zstd.starts_with("zstd libzstd="));
  BOOST_TEST(archive::encoder_identity(Compression::none) == "none");
}

BOOST_AUTO_TEST_CASE(in_the_thread_that_writes) {
  const std::string text = sample(3'000'000);
  const std::string bytes =
      compressed(text, [](archive::Sink& out) { return archive::make_small_compressor(out); });
  BOOST_TEST(bytes.size() < text.size());
  BOOST_TEST((decompressed(bytes, Compression::zstd) == text));
}

BOOST_AUTO_TEST_SUITE_END()
