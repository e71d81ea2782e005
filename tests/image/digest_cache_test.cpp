#include "image/digest_cache.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <thread>

namespace fs = std::filesystem;
using nixbuild::TempDir;
using nixbuild::image::DigestCache;
using nixbuild::image::LayerDigest;
using nixbuild::oci::Digest;

namespace {

LayerDigest digest_of(const std::string& text) {
  return {.diff_id = Digest::of(text), .size = text.size()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(digest_cache)

BOOST_AUTO_TEST_CASE(remembers_from_run_to_run) {
  const TempDir directory;
  const fs::path file = directory.path() / "deep/er/layers";
  DigestCache(file).remember("a", digest_of("layer a"));
  const DigestCache cache(file);
  BOOST_TEST((cache.find("a") == digest_of("layer a")));
  BOOST_TEST(!cache.find("b").has_value());
}

BOOST_AUTO_TEST_CASE(forgetting_lasts) {
  const TempDir directory;
  const fs::path file = directory.path() / "layers";
  DigestCache cache(file);
  cache.remember("a", digest_of("layer a"));
  cache.remember("b", digest_of("layer b"));
  cache.forget("a");
  BOOST_TEST(!cache.find("a").has_value());
  BOOST_TEST(!DigestCache(file).find("a").has_value());
  BOOST_TEST((DigestCache(file).find("b") == digest_of("layer b")));
}

BOOST_AUTO_TEST_CASE(every_damaged_byte_costs_at_most_one_entry) {
  const TempDir directory;
  const fs::path file = directory.path() / "layers";
  DigestCache(file).remember("a", digest_of("layer a"));
  const std::string good = nixbuild::read_file(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << damaged;
    const auto found = DigestCache(file).find("a");
    BOOST_TEST((!found || *found == digest_of("layer a")));
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_survived) {
  const TempDir directory;
  const fs::path file = directory.path() / "layers";
  DigestCache(file).remember("a", digest_of("layer a"));
  const std::string good = nixbuild::read_file(file);
  for (std::size_t length = 0; length < good.size(); ++length) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << good.substr(0, length);
    BOOST_TEST(!DigestCache(file).find("a").has_value());
  }
}

BOOST_AUTO_TEST_CASE(file_that_cannot_be_written_only_forgets) {
  DigestCache cache("/proc/none/layers");
  cache.remember("a", digest_of("layer a"));
  BOOST_TEST((cache.find("a") == digest_of("layer a")));
}

BOOST_AUTO_TEST_CASE(concurrent_writers_lose_nothing) {
  const TempDir directory;
  const fs::path file = directory.path() / "layers";
  const auto fill = [&](int first) {
    DigestCache cache(file);
    for (int i = first; i < first + 100; ++i) {
      cache.remember(std::to_string(i), digest_of(std::to_string(i)));
    }
  };
  std::thread other(fill, 100);
  fill(0);
  other.join();
  const DigestCache cache(file);
  for (int i = 0; i < 200; ++i) {
    BOOST_TEST((cache.find(std::to_string(i)) == digest_of(std::to_string(i))));
  }
}

BOOST_AUTO_TEST_SUITE_END()
