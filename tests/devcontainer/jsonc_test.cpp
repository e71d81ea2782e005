#include "devcontainer/jsonc.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace nixbuild;
using namespace nixbuild::devcontainer;

namespace {

std::string parsed(std::string_view text) {
  return boost::json::serialize(parse_jsonc(text, "x.json"));
}

void check_refused(std::string_view text, std::string_view words) {
  BOOST_CHECK_EXCEPTION((void)parse_jsonc(text, "x.json"), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message());
    return error.kind() == ErrorKind::corrupt && error.message().contains(words);
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(jsonc)

BOOST_AUTO_TEST_CASE(comments_and_last_commas) {
  BOOST_TEST(parsed("// first\n{\"a\": [1, 2, /* three */ ], \"b\": {\"c\": true,},\n}\n// last") ==
             R"({"a":[1,2],"b":{"c":true}})");
  BOOST_TEST(parsed("\xEF\xBB\xBF{}") == "{}");
  BOOST_TEST(parsed("{\"a\": 1 , // why\n }") == R"({"a":1})");
  BOOST_TEST(parsed("[[],]") == "[[]]");
  BOOST_TEST(parsed("[\"a\",]") == R"(["a"])");
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_comment) {
  BOOST_TEST(parsed(R"({"url": "http://x/*y*/", "c": ",]", "q": "\"//"})") ==
             R"({"url":"http://x/*y*/","c":",]","q":"\"//"})");
  BOOST_TEST(parsed("{\"a\": 1 /**/ }") == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(of_equal_keys_the_last_one_counts) {
  BOOST_TEST(parsed(R"({"a": 1, "b": 2, "a": 3})") == R"({"a":3,"b":2})");
}

BOOST_AUTO_TEST_CASE(places_are_those_of_the_file) {
  check_refused("{\n  // comment\n  \"a\": tru,\n}", "x.json, line 3, column 8");
  check_refused("/* a\n b */ {\"a\" 1}", "line 2, column 12");
  check_refused("[1,,]", "line 1, column 4");
  check_refused("[,]", "line 1, column 2");
  check_refused("{,}", "line 1, column 2");
  check_refused("{} x", "line 1, column 4");
  check_refused("", "line 1, column 1");
  check_refused("{\"a\": 1} /* no end", "line 1, column 10");
}

BOOST_AUTO_TEST_CASE(depth_has_a_limit) {
  check_refused(std::string(100'000, '['), "line 1, column 3");
}

BOOST_AUTO_TEST_CASE(a_cut_anywhere_is_an_error) {
  const std::string text = "{\"a\": [\"b\\\\\\\"\", /* c */ 1,], // d\n \"e\": {}}";
  BOOST_TEST(parsed(text) == R"({"a":["b\\\"",1],"e":{}})");
  for (std::size_t size = 0; size < text.size(); ++size) {
    BOOST_TEST_CONTEXT(size) {
      BOOST_CHECK_THROW((void)parse_jsonc(std::string_view(text).substr(0, size), "cut"), Error);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
