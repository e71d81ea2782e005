#include "image/compressed_cache.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using nixbuild::TempDir;
using nixbuild::image::CompressedCache;
using nixbuild::image::CompressedDigest;
using nixbuild::oci::Digest;

namespace {

const Digest diff_id = Digest::of("a layer");

CompressedDigest digest_of(const std::string& text) {
  return {.digest = Digest::of(text), .size = text.size()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(compressed_cache)

BOOST_AUTO_TEST_CASE(remembers_each_encoder_for_itself) {
  const TempDir directory;
  const auto file = directory.path() / "compressed";
  CompressedCache(file).remember(diff_id, "gzip level=4", digest_of("as gzip"));
  CompressedCache cache(file);
  BOOST_TEST((cache.find(diff_id, "gzip level=4") == digest_of("as gzip")));
  BOOST_TEST(!cache.find(diff_id, "gzip level=5").has_value());
  BOOST_TEST(!cache.find(Digest::of("another"), "gzip level=4").has_value());
  cache.forget(diff_id, "gzip level=4");
  BOOST_TEST(!CompressedCache(file).find(diff_id, "gzip level=4").has_value());
}

BOOST_AUTO_TEST_CASE(remembers_where_a_blob_is) {
  const TempDir directory;
  const auto file = directory.path() / "compressed";
  {
    CompressedCache cache(file);
    cache.remember_repository("one.example", diff_id, "team/app");
    cache.remember_repository("one.example", diff_id, "team/tool");
  }
  const CompressedCache cache(file);
  BOOST_TEST(cache.repository("one.example", diff_id).value() == "team/tool");
  BOOST_TEST(!cache.repository("two.example", diff_id).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_known_is_not_written_again) {
  const TempDir directory;
  const auto file = directory.path() / "compressed";
  CompressedCache cache(file);
  cache.remember_repository("one.example", diff_id, "team/app");
  const auto size = std::filesystem::file_size(file);
  cache.remember_repository("one.example", diff_id, "team/app");
  BOOST_TEST(std::filesystem::file_size(file) == size);
}

BOOST_AUTO_TEST_CASE(every_damaged_byte_costs_at_most_one_fact) {
  const TempDir directory;
  const auto file = directory.path() / "compressed";
  CompressedCache(file).remember(diff_id, "x", digest_of("y"));
  const std::string good = nixbuild::read_file(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << damaged;
    const auto found = CompressedCache(file).find(diff_id, "x");
    BOOST_TEST((!found || *found == digest_of("y")));
  }
}

BOOST_AUTO_TEST_CASE(pruning_keeps_the_newest) {
  const TempDir directory;
  const auto file = directory.path() / "compressed";
  CompressedCache cache(file);
  cache.remember(diff_id, "x", digest_of("y"));
  cache.remember_repository("one.example", diff_id, "team/app");
  BOOST_TEST(cache.prune(1).facts == 1U);
  cache.rewrite();
  const CompressedCache left(file);
  BOOST_TEST(!left.find(diff_id, "x").has_value());
  BOOST_TEST(left.repository("one.example", diff_id).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
