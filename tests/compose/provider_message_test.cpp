#include "compose/provider_message.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace nixbuild::compose;

BOOST_AUTO_TEST_SUITE(provider_message)

BOOST_AUTO_TEST_CASE(one_object_a_line) {
  BOOST_TEST(info_message("build hello") == "{\"type\":\"info\",\"message\":\"build hello\"}\n");
  BOOST_TEST(info_message("one\ntwo") == "{\"type\":\"info\",\"message\":\"one\"}\n");
  BOOST_TEST(error_message("no\n\n") == "{\"type\":\"error\",\"message\":\"no\"}\n");
}

BOOST_AUTO_TEST_CASE(any_text_stays_json) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = error_message(std::string("x") + static_cast<char>(byte) + "\"\n\\y");
    BOOST_TEST(std::ranges::count(text, '\n') == 1);
    if (byte < 128) BOOST_TEST(boost::json::parse(text).at("type").as_string() == "error");
  }
}

BOOST_AUTO_TEST_SUITE_END()
