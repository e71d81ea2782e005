#include "plugin/indented_json.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using nixbuild::plugin::indented_json;

BOOST_AUTO_TEST_SUITE(indented_json_form)

BOOST_AUTO_TEST_CASE(nested) {
  const auto value = boost::json::parse(R"({"a":[1,{"b":null}],"c":"x\"y","d":{}})");
  const std::string text = indented_json(value);
  BOOST_TEST(text == "{\n"
                     "  \"a\": [\n"
                     "    1,\n"
                     "    {\n"
                     "      \"b\": null\n"
                     "    }\n"
                     "  ],\n"
                     "  \"c\": \"x\\\"y\",\n"
                     "  \"d\": {}\n"
                     "}\n");
  BOOST_TEST(boost::json::parse(text) == value);
}

BOOST_AUTO_TEST_CASE(empty) {
  BOOST_TEST(indented_json(boost::json::array()) == "[]\n");
}

BOOST_AUTO_TEST_SUITE_END()
