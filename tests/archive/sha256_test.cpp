#include "archive/sha256.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>

using nixbuild::archive::Sha256;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

constexpr const char* abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

} // namespace

BOOST_AUTO_TEST_SUITE(sha256)

BOOST_AUTO_TEST_CASE(pieces_hash_as_the_whole) {
  Sha256 hash;
  hash.update(bytes("a"));
  hash.update({});
  hash.update(bytes("bc"));
  BOOST_TEST(hash.finish() == abc);
}

BOOST_AUTO_TEST_CASE(finishing_begins_anew) {
  Sha256 hash;
  hash.update(bytes("something else"));
  (void)hash.finish();
  hash.update(bytes("abc"));
  BOOST_TEST(hash.finish() == abc);
}

BOOST_AUTO_TEST_SUITE_END()
