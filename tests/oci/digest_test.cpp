#include "oci/digest.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::oci::Digest;

namespace {

const std::string empty_hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

} // namespace

BOOST_AUTO_TEST_SUITE(digest)

BOOST_AUTO_TEST_CASE(of_known_texts) {
  BOOST_TEST(Digest::of("").hex() == empty_hex);
  BOOST_TEST(Digest::of("abc").str() ==
             "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_CASE(parses_what_it_prints) {
  const auto parsed = Digest::parse("sha256:" + empty_hex);
  BOOST_REQUIRE(parsed);
  BOOST_TEST((*parsed == Digest::of("")));
  BOOST_TEST((*parsed == Digest::from_hex(empty_hex)));
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused_with_the_reason) {
  const auto reason = [](const std::string& text) { return Digest::parse(text).error(); };
  BOOST_TEST(reason("") == "invalid checksum digest format");
  BOOST_TEST(reason(empty_hex) == "invalid checksum digest format");
  BOOST_TEST(reason(":" + empty_hex) == "invalid checksum digest format");
  BOOST_TEST(reason("sha512:" + empty_hex + empty_hex) == "unsupported digest algorithm");
  BOOST_TEST(reason("sha256:" + empty_hex.substr(1)) == "invalid checksum digest length");
  BOOST_TEST(reason("sha256:" + empty_hex + "0") == "invalid checksum digest length");
  BOOST_TEST(reason("sha256:E" + empty_hex.substr(1)) == "invalid checksum digest format");
  BOOST_TEST(reason("sha256:g" + empty_hex.substr(1)) == "invalid checksum digest format");
}

BOOST_AUTO_TEST_SUITE_END()
