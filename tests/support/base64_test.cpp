#include "support/base64.hpp"

#include <boost/test/unit_test.hpp>

using nixbuild::decode_base64;

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(text_of_every_length_comes_back) {
  BOOST_TEST(decode_base64("").value_or("?") == "");
  BOOST_TEST(decode_base64("YQ==").value_or("?") == "a");
  BOOST_TEST(decode_base64("YWI=").value_or("?") == "ab");
  BOOST_TEST(decode_base64("YWJj").value_or("?") == "abc");
  BOOST_TEST(decode_base64("YW\r\nJj\n").value_or("?") == "abc");
  BOOST_TEST(decode_base64("/+8=").value_or("?") == "\xff\xef");
}

BOOST_AUTO_TEST_CASE(other_text_is_none) {
  BOOST_TEST(!decode_base64("YWJ").has_value());
  BOOST_TEST(!decode_base64("YW-_").has_value());
  BOOST_TEST(!decode_base64("Y===").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
