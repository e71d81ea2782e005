#include "image/python_json.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using nixbuild::image::python_json;
using nixbuild::image::python_repr;

namespace {

std::string dumped(std::string_view text) {
  return python_json(boost::json::parse(text));
}

} // namespace

BOOST_AUTO_TEST_SUITE(python_json_text)

BOOST_AUTO_TEST_CASE(containers_are_indented_by_four_and_empty_ones_stay_on_a_line) {
  BOOST_TEST(dumped(R"({"b":{},"a":[],"c":[1,{"d":null}]})") == R"({
    "b": {},
    "a": [],
    "c": [
        1,
        {
            "d": null
        }
    ]
})");
}

// Expected texts are what Python 3.11 printed.
BOOST_AUTO_TEST_CASE(scalars_are_written_as_python_writes_them) {
  BOOST_TEST(dumped("true") == "true");
  BOOST_TEST(dumped("-5") == "-5");
  BOOST_TEST(dumped("18446744073709551615") == "18446744073709551615");
  BOOST_TEST(dumped("1.0") == "1.0");
  BOOST_TEST(dumped("1e16") == "1e+16");
  BOOST_TEST(dumped("0.1") == "0.1");
}

BOOST_AUTO_TEST_CASE(everything_but_printable_ascii_is_escaped) {
  BOOST_TEST(dumped(R"("\u00e9 \ud83d\ude00 \" \\ / \n\r\t\f\b \u0001 \u007f")") ==
             R"("\u00e9 \ud83d\ude00 \" \\ / \n\r\t\f\b \u0001 \u007f")");
}

BOOST_AUTO_TEST_CASE(repr_chooses_its_quotes) {
  BOOST_TEST(python_repr("/nix/store/a") == "'/nix/store/a'");
  BOOST_TEST(python_repr("it's") == "\"it's\"");
  BOOST_TEST(python_repr("it's \"x\"") == R"('it\'s "x"')");
}

BOOST_AUTO_TEST_SUITE_END()
