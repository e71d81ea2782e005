#include "image/go_json_text.hpp"

#include <boost/test/unit_test.hpp>

namespace image = nixbuild::image;

BOOST_AUTO_TEST_SUITE(go_json_text)

// Go from 1.22 on, with which nix2container is built, escapes \b and \f by letter.
BOOST_AUTO_TEST_CASE(escapes_what_go_escapes) {
  BOOST_TEST(
      image::go_json_string("a\"\\\b\f\n\r\t\x01\x1f\x7f<>&\u00e9\u2028\u2029\U0001f600/'") ==
      "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u003c\\u003e\\u0026\u00e9\\u2028\\u2029"
      "\U0001f600/'\"");
}

BOOST_AUTO_TEST_CASE(object_has_no_spaces_and_omits_what_is_empty) {
  image::GoJsonObject object;
  BOOST_TEST(object.text() == "{}");
  object.add_unless_empty("a", std::string_view());
  object.add_unless_empty("b", std::string_view("x"));
  object.add_unless_empty("c", std::vector<std::string>());
  object.add_unless_empty("d", std::vector<std::string>{"1", "2"});
  object.add("e", "null");
  BOOST_TEST(object.text() == R"({"b":"x","d":["1","2"],"e":null})");
}

BOOST_AUTO_TEST_SUITE_END()
